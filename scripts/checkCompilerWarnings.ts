/** Fails if the last build of the project's own Solidity files gave a warning. Run `hardhat build` first. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

type Diagnostic = { errorCode?: string; sourceLocation?: { file: string }; formattedMessage: string };
type BuildOutput = { output: { errors?: Diagnostic[] } };

/** Code and initcode above the size limits. */
const sizeCodes = ["5574", "3860"];

/** Packages come as `npm/…`, the project's own files as `project/…`. Tests are never deployed, so they may be large. */
function isFault({ errorCode = "", sourceLocation }: Diagnostic): boolean {
  const file = sourceLocation?.file ?? "";
  return !file.startsWith("npm/") && !(file.startsWith("project/test/") && sizeCodes.includes(errorCode));
}

const folder = join(root, "artifacts", "build-info");
const outputs = readdirSync(folder).filter((file) => file.endsWith(".output.json"));
if (outputs.length === 0) throw new Error(`${folder} holds no build: run \`hardhat build\` first`);

const messages = new Set<string>();
for (const file of outputs) {
  // The compiler's standard output, as Hardhat stores it.
  const { output } = JSON.parse(readFileSync(join(folder, file), "utf8")) as BuildOutput;
  for (const diagnostic of output.errors ?? []) {
    if (isFault(diagnostic)) messages.add(diagnostic.formattedMessage);
  }
}
for (const message of messages) console.error(message);
console.log(messages.size === 0 ? "No compiler warnings." : `${messages.size} compiler warnings.`);
process.exitCode = messages.size === 0 ? 0 : 1;
