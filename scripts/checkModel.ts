/**
 * Runs random sequences of operations on the reference model (`test/model/reference`) and on the session manager, and
 * ends with an error where they differ. The same seed gives the same sequences.
 *
 *   npm run test:model -- --sequences 10000
 *   npm run test:model -- --seed 4711 --sequences 1
 */
import { parseArgs } from "node:util";
import { checkSequences } from "../test/model/driver/checkSequences.ts";

const { values } = parseArgs({
  options: { sequences: { type: "string", default: "1000" }, seed: { type: "string", default: "1" } },
});

function parseCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0) throw new Error(`--${name} is ${text}, but takes a whole number`);
  return count;
}

const startedAt = Date.now();
const sequences = parseCount("sequences", values.sequences);
const seed = parseCount("seed", values.seed);
const { report, counts } = await checkSequences({
  seed,
  sequences,
  onProgress: (done) => {
    if (done % 500 === 0)
      console.log(`${done} of ${sequences} sequences, ${Math.round((Date.now() - startedAt) / 1000)} s`);
  },
});
for (const [verdict, count] of [...counts.entries()].toSorted(([a], [b]) => a.localeCompare(b))) {
  console.log(`${String(count).padStart(8)}  ${verdict}`);
}
if (report !== undefined) {
  console.error(report);
  process.exit(1);
}
console.log(
  `${sequences} sequences from seed ${seed} in ${Math.round((Date.now() - startedAt) / 1000)} s: no difference`,
);
process.exit(0);
