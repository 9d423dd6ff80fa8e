/** The Solidity tests with ten times the fuzz and invariant runs, and the reference model over 10,000 sequences: by hand. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";
import { runSteps, type Step } from "./runSteps.ts";

const model = "scripts/checkModel.ts";
const steps: Step[] = [
  { name: "fuzz and invariants", command: "hardhat build --no-tests && LATCHKEY_DEPTH=10 hardhat test solidity" },
];
if (existsSync(join(root, model))) {
  steps.push({
    name: "reference model",
    command: `node --conditions=latchkey-source ${model} --sequences 10000`,
  });
}
await runSteps(steps);
