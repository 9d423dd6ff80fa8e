import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { compileSolidity } from "../testing/compileSolidity.ts";
import { findAffected } from "./findAffected.ts";
import type { Mutation } from "./toMutations.ts";

/** As in hardhat.config.ts: other settings would change what the tests about gas and sizes see. */
const settings = {
  viaIR: true,
  optimizer: { enabled: true, runs: 20_000 },
  evmVersion: "osaka",
  outputSelection: { "*": { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] } },
};

function toArtifactPath(file: string, folder: string): string {
  return join(folder, "artifacts", file, `${basename(file, ".sol")}.json`);
}

/**
 * Puts the bytecode of the mutated contracts into the built artifacts of `folder`, from which the tests deploy.
 *
 * @returns Puts the original artifacts back.
 */
export function applyMutation(mutation: Mutation, folder: string): () => void {
  const path = join(folder, mutation.file);
  const source = readFileSync(path, "utf8");
  if (source.split(mutation.from).length !== 2) {
    throw new Error(`${mutation.file} does not hold exactly once: ${mutation.from}`);
  }
  const files = findAffected(mutation.file, folder);
  writeFileSync(
    path,
    source.replace(mutation.from, () => mutation.to),
  );
  const output = compileSolidity({ files, folder, settings });
  writeFileSync(path, source);
  const fault = output.errors?.find(({ severity }) => severity === "error");
  if (fault) throw new Error(`The mutant does not compile: ${fault.formattedMessage}`);

  const originals = files.map((file) => readFileSync(toArtifactPath(file, folder), "utf8"));
  files.forEach((file, i) => {
    const evm = output.contracts?.[file]?.[basename(file, ".sol")]?.evm;
    if (!evm) throw new Error(`${file} gave no bytecode`);
    const artifact = JSON.parse(originals[i] ?? "") as object;
    const bytecode = `0x${evm.bytecode.object}`;
    const deployedBytecode = `0x${evm.deployedBytecode.object}`;
    writeFileSync(toArtifactPath(file, folder), JSON.stringify({ ...artifact, bytecode, deployedBytecode }));
  });
  return () => files.forEach((file, i) => writeFileSync(toArtifactPath(file, folder), originals[i] ?? ""));
}
