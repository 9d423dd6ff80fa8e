/**
 * Proves every function of the contracts in `test/smt/` true for all arguments, with z3 (Debian's package, on the `PATH`):
 *
 *   npm run check:smt
 *
 * What is proven is the Yul that solc compiles, optimizer included; docs/verification.md tells why not by solc's own
 * SMTChecker.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";
import { prove } from "./smt/prove.ts";
import { toRuntimeCode } from "./smt/yul.ts";
import { compileSolidity } from "./testing/compileSolidity.ts";

/** For one path of one function. */
const timeoutMs = 5 * 60_000;

const z3 = spawnSync("z3", ["--version"], { encoding: "utf8" });
if (z3.error) throw new Error("z3 is not on the PATH; on Debian: apt-get install z3");

const files = readdirSync(join(root, "test/smt")).map((name) => `test/smt/${name}`);
const output = compileSolidity({
  files,
  folder: root,
  settings: {
    experimental: true,
    viaIR: true,
    optimizer: { enabled: true, runs: 20_000 },
    evmVersion: "osaka",
    outputSelection: Object.fromEntries(
      files.map((file) => [file, { "*": ["irOptimizedAst", "evm.methodIdentifiers"] }]),
    ),
  },
});
const fault = output.errors?.find(({ severity }) => severity === "error");
if (fault) throw new Error(fault.formattedMessage);

let isProven = true;
for (const file of files) {
  for (const [name, contract] of Object.entries(output.contracts?.[file] ?? {})) {
    const code = toRuntimeCode(contract.irOptimizedAst);
    for (const [signature, selector] of Object.entries(contract.evm.methodIdentifiers)) {
      const count = signature.split(",").length;
      const verdict = prove(code, selector, { count, mustAccept: signature.startsWith("accepts"), timeoutMs });
      isProven &&= verdict.kind === "proven";
      const detail =
        verdict.kind === "proven"
          ? `${verdict.paths} paths`
          : verdict.kind === "refuted"
            ? `does not hold of ${verdict.args.join(", ")}`
            : verdict.reason;
      console.log(`${verdict.kind.padEnd(9)} ${name}.${signature}: ${detail}`);
    }
  }
}
process.exitCode = isProven ? 0 : 1;
