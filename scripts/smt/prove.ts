import { spawnSync } from "node:child_process";
import { runPath, type Path } from "./runPath.ts";
import { createTerms, toLiteral } from "./terms.ts";
import type { YulNode } from "./yul.ts";

export type Verdict =
  | { kind: "proven"; paths: number }
  /** Arguments for which the function does not return true. */
  | { kind: "refuted"; args: string[] }
  | { kind: "undecided"; reason: string };

const maxPaths = 4_096;

/** Every path, by turning each decision of a known path the other way once. */
function* findPaths(run: (forced: readonly boolean[]) => Path): Generator<Path> {
  const pending: boolean[][] = [[]];
  for (let forced = pending.pop(); forced; forced = pending.pop()) {
    const path = run(forced);
    yield path;
    for (let i = forced.length; i < path.decisions.length; ++i) {
      pending.push([...path.decisions.slice(0, i), path.decisions[i] !== true]);
    }
  }
}

/** Under which conditions the path breaks the promise; undefined if it cannot. */
function toBreach({ conditions, end }: Path, mustAccept: boolean): string | undefined {
  if (end.kind === "revert") {
    // The decoder of arguments refuses what is no argument with an empty revert.
    return mustAccept && end.size !== 0n ? toAnd(conditions) : undefined;
  }
  if (typeof end.value === "bigint") return end.value === 1n ? undefined : toAnd(conditions);
  return toAnd([...conditions, `(not (= ${end.value} ${toLiteral(1n)}))`]);
}

function toAnd(conditions: readonly string[]): string {
  return `(and true ${conditions.join(" ")})`;
}

/**
 * Proves with z3 that a function of Yul code returns true for all arguments, in the logic of 256-bit vectors, in which the
 * EVM computes.
 *
 * @param count Of its arguments, each one word.
 * @param mustAccept Whether it also never reverts.
 * @param timeoutMs For each path.
 */
export function prove(
  code: YulNode,
  selector: string,
  { count, mustAccept, timeoutMs }: { count: number; mustAccept: boolean; timeoutMs: number },
): Verdict {
  const terms = createTerms();
  const breaches: string[] = [];
  let paths = 0;
  for (const path of findPaths((forced) => runPath(code, selector, forced, terms))) {
    if (++paths > maxPaths) return { kind: "undecided", reason: `more than ${maxPaths} paths` };
    const breach = toBreach(path, mustAccept);
    if (breach !== undefined) breaches.push(breach);
  }
  const args = Array.from({ length: count }, (_, i) => `a${4 + 32 * i}`);
  const declarations = [
    `(set-option :timeout ${timeoutMs})`,
    "(set-logic QF_BV)",
    ...args.map((name) => `(declare-const ${name} (_ BitVec 256))`),
    terms.toDefinitions(),
  ].join("\n");
  const queries = breaches.map((breach) => `${declarations}\n(assert ${breach})\n(check-sat)`);
  // One path at a time: of all together z3 finds no proof.
  const answers = ask(queries.join("\n(reset)\n")).split("\n");
  for (const [i, query] of queries.entries()) {
    if (answers[i] === "unsat") continue;
    if (answers[i] !== "sat") return { kind: "undecided", reason: `z3 answers ${answers[i] ?? "nothing"}` };
    const model = ask(`${query}\n(get-value (${args.join(" ")}))`);
    return { kind: "refuted", args: [...model.matchAll(/#x([0-9a-f]{64})/g)].map(([, hex]) => `0x${hex}`) };
  }
  return { kind: "proven", paths };
}

function ask(input: string): string {
  const { stdout, error } = spawnSync("z3", ["-in"], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (error) throw error;
  return stdout.trim();
}
