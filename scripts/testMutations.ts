/**
 * Applies each fault of `mutation/mutations.ts` to the contracts, and shows whether a Solidity test notices:
 *
 *   npm run test:mutation [-- --from <place in the table, from 1>] [<text in the name of a contract's file>]
 *
 * By hand: it takes hours, and `--from` goes on where a run was stopped. Fails if fewer than `minimum` percent are noticed.
 */
import { parseArgs } from "node:util";
import { findFailures } from "./testing/findFailures.ts";
import { applyMutation } from "./mutation/applyMutation.ts";
import { mutations } from "./mutation/mutations.ts";
import type { Mutation } from "./mutation/toMutations.ts";
import { createContractsCopy } from "./testing/createContractsCopy.ts";
import { runHardhat } from "./testing/runHardhat.ts";

const minimum = 95;
const minute = 60_000;
const { values, positionals } = parseArgs({
  options: { from: { type: "string", default: "1" } },
  allowPositionals: true,
});
const first = Number(values.from);
if (!Number.isSafeInteger(first) || first < 1 || first > mutations.length) {
  throw new Error(`--from is ${values.from}; it must be a place in the table, from 1 to ${mutations.length}`);
}
const [text = ""] = positionals;
const wanted = mutations.slice(first - 1).filter(({ file }) => file.includes(text));
if (wanted.length === 0) throw new Error(`No fault from place ${first} on is in a file whose name holds "${text}"`);

const folder = createContractsCopy();

/** @returns The test that failed, or why there was none; undefined if all passed. */
async function findKiller(tests: readonly string[]): Promise<string | undefined> {
  const args = ["test", "solidity", "--no-compile", ...tests];
  const { exit, output } = await runHardhat(args, { cwd: folder, timeoutMs: 10 * minute, depth: 0.5 });
  if (exit === 0) return undefined;
  if (exit === undefined) return "ran out of time";
  const [failure] = findFailures(output);
  if (!failure) throw new Error(`The tests did not run:\n${output}`);
  return `${failure.file}: ${failure.name}`;
}

async function test(mutation: Mutation): Promise<string | undefined> {
  const restore = applyMutation(mutation, folder);
  try {
    return (await findKiller(mutation.tests)) ?? (await findKiller([]));
  } finally {
    restore();
  }
}

function toLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}

console.log("Building the contracts and their tests…");
const build = await runHardhat(["build"], { cwd: folder, timeoutMs: 30 * minute });
if (build.exit !== 0) throw new Error(`The contracts do not build:\n${build.output}`);

console.log("Running all tests without a fault…");
const broken = await findKiller([]);
if (broken !== undefined) throw new Error(`A test fails without any fault, and so shows nothing: ${broken}`);

const survivors: Mutation[] = [];
for (const [i, mutation] of wanted.entries()) {
  const { file, from, to } = mutation;
  console.log(`${i + 1}/${wanted.length} ${file}: ${toLine(from)} → ${toLine(to) || "(nothing)"}`);
  const killer = await test(mutation);
  console.log(killer === undefined ? "  SURVIVED" : `  killed by ${killer}`);
  if (killer === undefined) survivors.push(mutation);
}

const killed = wanted.length - survivors.length;
const percent = (100 * killed) / wanted.length;
console.log(
  `\n${killed} of ${wanted.length} mutants killed, ${percent.toFixed(1)} %; ${minimum} % are wanted. Survivors:`,
);
for (const { file, from, to } of survivors) console.log(`${file}: ${toLine(from)} → ${toLine(to) || "(nothing)"}`);
process.exitCode = percent >= minimum ? 0 : 1;
