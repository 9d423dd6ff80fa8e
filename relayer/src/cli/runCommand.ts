import { accountCommands } from "./accountCommands.ts";
import { auditCommands } from "./auditCommands.ts";
import { CommandError } from "./CommandError.ts";
import { configCommands } from "./configCommands.ts";
import { laneCommands } from "./laneCommands.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** One command: its words, what it takes, what it does. Returns what to print. */
export type Command = {
  /** Such as `accounts allow`. */
  name: string;
  /** Such as `<account>`. */
  usage: string;
  text: string;
  run: (args: readonly string[], env: Env) => Promise<string>;
};

const commands: readonly Command[] = [...configCommands, ...accountCommands, ...laneCommands, ...auditCommands];

/** Runs the command that `args` name with the configuration in `env`. Throws `CommandError`. */
export async function runCommand(args: readonly string[], env: Env): Promise<string> {
  const [first, second, ...rest] = args;
  if (first === undefined || first === "help" || first === "--help") return toHelp();
  const command = commands.find(({ name }) => name === `${first} ${second}`);
  if (command === undefined) {
    throw new CommandError(`There is no command "${args.slice(0, 2).join(" ")}".\n\n${toHelp()}`, 2);
  }
  return command.run(rest, env);
}

function toHelp(): string {
  const lines = commands.map(
    ({ name, usage, text }) => [`  latchkey-relayer ${name} ${usage}`.trimEnd(), text] as const,
  );
  const width = Math.max(...lines.map(([left]) => left.length));
  return [
    "Commands read the same environment as the relayer:",
    "",
    ...lines.map(([left, text]) => `${left.padEnd(width)}  ${text}`),
  ].join("\n");
}
