import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import prettier from "prettier";
import { root } from "../root.ts";

/** Replaces one part of docs/benchmarks.md, between its markers, and docs/benchmarks/<part>.json. */
export async function writeBenchmarks({
  part,
  markdown,
  json,
}: {
  part: string;
  markdown: string;
  json: string;
}): Promise<void> {
  const path = join(root, "docs/benchmarks.md");
  const text = await readFile(path, "utf8");
  const [start, end] = [`<!-- ${part}: start -->`, `<!-- ${part}: end -->`];
  const [before, rest] = split(text, start, path);
  const [, after] = split(rest, end, path);
  await writeFormatted(path, `${before}${start}\n\n${markdown}\n\n${end}${after}`);
  await mkdir(join(root, "docs/benchmarks"), { recursive: true });
  await writeFormatted(join(root, `docs/benchmarks/${part}.json`), json);
}

function split(text: string, marker: string, path: string): [string, string] {
  const at = text.indexOf(marker);
  if (at === -1) throw new Error(`${path} has no ${marker}: put the part's two markers where it belongs`);
  return [text.slice(0, at), text.slice(at + marker.length)];
}

async function writeFormatted(path: string, source: string): Promise<void> {
  const options = await prettier.resolveConfig(path);
  await writeFile(path, await prettier.format(source, { ...options, filepath: path }));
}
