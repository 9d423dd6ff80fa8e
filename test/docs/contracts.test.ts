import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

it("has a line for each contract in contracts/README.md, and for no other", () => {
  const folder = join(root, "contracts");
  const present = globSync("{*,base/*,libraries/*,accounts/*,policies/*}.sol", { cwd: folder });
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const named = [...readme.matchAll(/^\|(.*?)\|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([\w/]+\.sol)`/g)].map(([, file = ""]) => file),
  );
  expect(named.toSorted()).toEqual(present.toSorted());
});
