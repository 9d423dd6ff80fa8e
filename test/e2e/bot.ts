import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../../scripts/root.ts";
import { toToolEnv } from "../../scripts/runSteps.ts";

type BotEvent = { event: string } & Record<string, unknown>;

export type RunningBot = { events: readonly BotEvent[]; exited: Promise<number | null>; stop: () => void };

const isBotEvent = (value: unknown): value is BotEvent =>
  typeof value === "object" && value !== null && "event" in value && typeof value.event === "string";

/** Runs `examples/bot` with the lines the page gave its owner. */
export const startBot = (env: Record<string, string>): RunningBot => {
  const child: ChildProcess = spawn(
    "node",
    ["--conditions=latchkey-source", join(root, "examples/bot/bot.ts"), "--json"],
    { env: { ...toToolEnv(), ...env }, stdio: ["ignore", "pipe", "inherit"] },
  );
  const events: BotEvent[] = [];
  if (child.stdout === null) throw new Error("The bot has no output");
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event: unknown = JSON.parse(line);
    if (isBotEvent(event)) events.push(event);
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code));
  });
  return { events, exited, stop: () => void child.kill("SIGTERM") };
};

/** `NAME=value` lines, but the one the bot's owner fills in himself. */
export const parseSetUpLines = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split("\n")
      .map((line): [string, string] => {
        const at = line.indexOf("=");
        return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
      })
      .filter(([, value]) => !value.startsWith("<")),
  );
