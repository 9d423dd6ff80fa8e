import type { Probe } from "./instrument.ts";

type Share = { hit: number; all: number };

function toPercent({ hit, all }: Share): number {
  return all === 0 ? 100 : (100 * hit) / all;
}

function format(share: Share): string {
  return `${toPercent(share).toFixed(2).padStart(6)} % (${share.hit}/${share.all})`.padEnd(22);
}

/** A line counts as run if every statement that starts on it ran. */
function countLines(probes: readonly Probe[], hits: ReadonlySet<number>): { share: Share; missed: number[] } {
  const lines = new Map<string, boolean>();
  for (const { id, kind, file, line } of probes) {
    if (kind !== "statement") continue;
    const key = `${file}:${line}`;
    lines.set(key, (lines.get(key) ?? true) && hits.has(id));
  }
  const missed = [...lines].filter(([, isHit]) => !isHit).map(([key]) => Number(key.split(":")[1]));
  return { share: { hit: lines.size - missed.length, all: lines.size }, missed };
}

function countBranches(probes: readonly Probe[], hits: ReadonlySet<number>): { share: Share; missed: number[] } {
  const branches = probes.filter(({ kind }) => kind === "branch");
  const missed = branches.filter(({ id }) => !hits.has(id)).map(({ line }) => line);
  return { share: { hit: branches.length - missed.length, all: branches.length }, missed };
}

/** @returns Whether lines and branches both reach `minimum` percent. */
export function printCoverage(probes: readonly Probe[], hits: ReadonlySet<number>, minimum: number): boolean {
  const files = [...new Set(probes.map(({ file }) => file))];
  const width = Math.max(...files.map((file) => file.length));
  console.log(`${"".padEnd(width)}  ${"lines".padEnd(22)}  ${"branches".padEnd(22)}  not run`);
  for (const file of files) {
    const own = probes.filter((probe) => probe.file === file);
    const [lines, branches] = [countLines(own, hits), countBranches(own, hits)];
    const missed = [
      ...lines.missed.map(String),
      ...[...new Set(branches.missed)].filter((line) => !lines.missed.includes(line)).map((line) => `${line} (branch)`),
    ];
    console.log(`${file.padEnd(width)}  ${format(lines.share)}  ${format(branches.share)}  ${missed.join(", ")}`);
  }
  const [lines, branches] = [countLines(probes, hits).share, countBranches(probes, hits).share];
  console.log(
    `\nLines ${format(lines).trim()}, branches ${format(branches).trim()}; at least ${minimum} % are wanted.`,
  );
  return toPercent(lines) >= minimum && toPercent(branches) >= minimum;
}
