import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import solc from "solc";
import { root } from "../root.ts";

type Diagnostic = { severity: "error" | "warning" | "info"; formattedMessage: string; message: string };
type Bytecode = { object: string; linkReferences: object };
type Contract = {
  evm: { bytecode: Bytecode; deployedBytecode: Bytecode; methodIdentifiers: Record<string, string> };
  irOptimizedAst: unknown;
};

/** The part of solc's standard JSON output that the scripts read; of a contract, what the settings select. */
export type SolidityOutput = {
  errors?: Diagnostic[];
  sources?: Record<string, { ast: unknown }>;
  contracts?: Record<string, Record<string, Contract>>;
};

export type SolidityJob = {
  /** Names of source files, as import paths from `folder`; what they import is found by itself. */
  files: readonly string[];
  /** Where the project's own sources are; packages come from `node_modules`. */
  folder: string;
  /** Of solc's standard JSON input. */
  settings: Record<string, unknown>;
};

/** solc's own types leave it open. */
const compile = solc.compile as (input: string, callbacks: object) => string;

/** Compiles with the solc of `package.json`. */
export function compileSolidity({ files, folder, settings }: SolidityJob): SolidityOutput {
  const read = (name: string): { contents: string } | { error: string } => {
    const path = [join(folder, name), join(root, "node_modules", name)].find((candidate) => existsSync(candidate));
    return path === undefined ? { error: `${name} not found` } : { contents: readFileSync(path, "utf8") };
  };
  const sources = Object.fromEntries(
    files.map((name) => [name, { content: readFileSync(join(folder, name), "utf8") }]),
  );
  const input = JSON.stringify({ language: "Solidity", sources, settings });
  const output: unknown = JSON.parse(compile(input, { import: read }));
  // solc documents its own output.
  return output as SolidityOutput;
}
