import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";

const source = join(import.meta.dirname, "../src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));

/** `features/grant` of a feature's file; the first folder of any other. */
const toLayer = (file: string): string =>
  file
    .split(sep)
    .slice(0, file.startsWith("features") ? 2 : 1)
    .join("/");

const imports = files.flatMap((file) =>
  [...readFileSync(join(source, file), "utf8").matchAll(/from "(\.[^"]+)"/g)].map(([, path = ""]) => ({
    file,
    from: toLayer(file),
    to: toLayer(relative(source, resolve(source, dirname(file), path))),
  })),
);

const isAllowed = (from: string, to: string): boolean => {
  if (from === to || from === "app" || from === "main.tsx") return true;
  if (from.startsWith("features/")) return to === "components" || to === "lib";
  if (from === "components") return to === "lib";
  return false;
};

describe("the layers of the source", () => {
  it("are found", () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it("depend downwards only, and no feature on another", () => {
    expect(imports.filter(({ from, to }) => !isAllowed(from, to))).toEqual([]);
  });
});
