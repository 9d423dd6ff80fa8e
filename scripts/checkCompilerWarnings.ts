/** Fails if the last build of the project's own Solidity files gave a warning. Run `hardhat build` first. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.ts";

type Diagnostic = { sourceLocation?: { file: string }; formattedMessage: string };
type BuildOutput = { output: { errors?: Diagnostic[] } };

const folder = join(root, "artifacts", "build-info");
const outputs = readdirSync(folder).filter((file) => file.endsWith(".output.json"));
if (outputs.length === 0) throw new Error(`${folder} holds no build: run \`hardhat build\` first`);

const messages = new Set<string>();
for (const file of outputs) {
  // The compiler's standard output, as Hardhat stores it.
  const { output } = JSON.parse(readFileSync(join(folder, file), "utf8")) as BuildOutput;
  for (const { sourceLocation, formattedMessage } of output.errors ?? []) {
    // Packages come as `npm/…`; the project's own files as `project/…`.
    if (!sourceLocation?.file.startsWith("npm/")) messages.add(formattedMessage);
  }
}
for (const message of messages) console.error(message);
console.log(messages.size === 0 ? "No compiler warnings." : `${messages.size} compiler warnings.`);
process.exitCode = messages.size === 0 ? 0 : 1;
