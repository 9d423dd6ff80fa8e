/** Prints the sizes of the contracts that are deployed, and fails if one is over a limit. Run `hardhat build` first. */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { size, type Hex } from "viem";
import { root } from "./root.ts";

/** Bytes: EIP-170 of code, EIP-3860 of code with constructor and without its arguments. */
const codeMax = 24_576;
const initCodeMax = 49_152;

const files = globSync("artifacts/contracts/{*.sol,accounts/*.sol,policies/*.sol}/*.json", { cwd: root }).toSorted();
if (files.length === 0) throw new Error("artifacts/contracts holds no contract: run `hardhat build` first");
let isOver = false;
for (const file of files) {
  const artifact: unknown = JSON.parse(readFileSync(join(root, file), "utf8"));
  const { bytecode, deployedBytecode } = artifact as { bytecode: Hex; deployedBytecode: Hex };
  const [code, initCode] = [size(deployedBytecode), size(bytecode)];
  // Interfaces and libraries whose code others contain.
  if (code < 100) continue;
  const room = Math.min(codeMax - code, initCodeMax - initCode);
  if (room < 0) isOver = true;
  const name = basename(file, ".json").padEnd(32);
  console.log(`${name}${String(code).padStart(7)} of ${codeMax} bytes${room < 0 ? `, over by ${-room}` : ""}`);
}
if (isOver) process.exitCode = 1;
