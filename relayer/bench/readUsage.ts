import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

export type Usage = { cpuMs: number; peakRssMb: number };

/** What a process has used so far, from Linux' `/proc`; throws on other systems. */
export function readUsage(pid: number): Usage {
  const folder = `/proc/${pid}`;
  if (!existsSync(folder)) throw new Error("What a process uses can be read on Linux only");
  // The name in parentheses may hold spaces.
  const fields = readFileSync(`${folder}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peakKb = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`${folder}/status`, "utf8"))?.[1];
  return { cpuMs: (ticks * 1000) / getTicksPerSecond(), peakRssMb: Number(peakKb) / 1024 };
}

let ticksPerSecond: number | undefined;

function getTicksPerSecond(): number {
  ticksPerSecond ??= Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  return ticksPerSecond;
}
