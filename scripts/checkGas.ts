/**
 * Compares the gas of whole transactions with the snapshot in `docs/gas.json`.
 *
 *   npm run gas             writes the snapshot
 *   npm run gas -- --check  exits 1 if something differs by more than 0.2 % (keys and ids are random, so a few bytes of
 *                           calldata are zero in one run and not in the next)
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import prettier from "prettier";
import { root } from "./root.ts";
import { toToolEnv } from "./runSteps.ts";

const snapshotPath = join(root, "docs/gas.json");
const toleranceShare = 0.002;

type Gas = Record<string, number>;

function measure(): Gas {
  const args = ["--conditions=latchkey-source", "scripts/benchGas.ts", "--json"];
  const output = execFileSync("node", args, {
    cwd: root,
    env: toToolEnv(),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Gas;
}

const measured = measure();
if (process.argv.includes("--check")) {
  const snapshot = JSON.parse(readFileSync(snapshotPath, "utf8")) as Gas;
  const names = [...new Set([...Object.keys(snapshot), ...Object.keys(measured)])];
  const faults = names.flatMap((name) => {
    const [was, is] = [snapshot[name], measured[name]];
    const isEqual = was !== undefined && is !== undefined && Math.abs(is - was) <= was * toleranceShare;
    return isEqual ? [] : [`${name}: ${is ?? "not measured"}, in the snapshot ${was ?? "missing"}`];
  });
  if (faults.length > 0)
    console.error(`Gas has changed; if that is meant, run \`npm run gas\`:\n  ${faults.join("\n  ")}`);
  else console.log(`Gas is as in the snapshot: ${names.length} figures.`);
  process.exitCode = faults.length > 0 ? 1 : 0;
} else {
  writeFileSync(snapshotPath, await prettier.format(JSON.stringify(measured), { parser: "json" }));
  console.log("Wrote docs/gas.json");
}
