import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

function listDeclared(kind: "error" | "event", file: string): string[] {
  const source = readFileSync(join(root, "contracts/interfaces", file), "utf8");
  return [...source.matchAll(new RegExp(`^\\s*${kind} (\\w+)\\(`, "gm"))].map(([, name]) => name ?? "");
}

const tests = execFileSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "test/contracts/*.t.sol", "test/contracts/*Test.sol"],
  { cwd: root, encoding: "utf8" },
)
  .split("\n")
  .filter((file) => file !== "")
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n");

describe("the Solidity tests expect", () => {
  it.each(listDeclared("error", "ISessionErrors.sol"))("the error %s", (name) => {
    expect(tests).toMatch(new RegExp(`ISessionErrors\\.${name}\\.selector`));
  });

  it.each(listDeclared("event", "ISessionEvents.sol"))("the event %s", (name) => {
    expect(tests).toMatch(new RegExp(`emit ISessionEvents\\.${name}\\(`));
  });
});
