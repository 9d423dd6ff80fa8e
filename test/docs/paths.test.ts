import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

function listFiles(pattern: string): string[] {
  const output = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", pattern], {
    cwd: root,
    encoding: "utf8",
  });
  return output.split("\n").filter((file) => file !== "" && existsSync(join(root, file)));
}

/** Folders of the repository: a code span is taken for a path if it starts with one of them. */
const folders = new Set(listFiles("*").map((file) => (file.includes("/") ? `${file.split("/")[0]}/` : file)));

/** Written by a build or a run, so not in the repository. */
const generated = [/^artifacts\//, /^types\//, /(^|\/)dist\//, /^\.latchkey\//, /^ignition\/deployments\//];

function findPaths(text: string): { links: string[]; spans: string[] } {
  const fences = [...text.matchAll(/```.*?```/gs)].flatMap(([fence]) => fence.split(/\s+/));
  const prose = text.replaceAll(/```.*?```/gs, "");
  const links = [...prose.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target]) => target ?? "");
  const spans = [...prose.matchAll(/`([^`\s]+)`/g)].map(([, span]) => span ?? "");
  return { links: links.filter((link) => !/^[a-z]+:/.test(link)), spans: [...spans, ...fences] };
}

describe("paths named in the documentation exist", () => {
  it.each(listFiles("*.md"))("%s", (file) => {
    const { links, spans } = findPaths(readFileSync(join(root, file), "utf8"));
    const missingLinks = links.filter((link) => !existsSync(join(root, dirname(file), link)));
    const missingSpans = spans
      .filter((span) =>
        [...folders].some((folder) => (folder.endsWith("/") ? span.startsWith(folder) : span === folder)),
      )
      .filter((span) => !/[*<…{@]/.test(span) && !generated.some((pattern) => pattern.test(span)))
      .filter((span) => !existsSync(join(root, span)));
    expect({ missingLinks, missingSpans }).toEqual({ missingLinks: [], missingSpans: [] });
  });
});
