import { parseArgs } from "node:util";
import { runCheck } from "./stack/check.ts";
import { printGuide } from "./stack/printGuide.ts";
import { type Stack, type StackOptions, startStack } from "./stack/startStack.ts";

const help = `Starts everything on this machine: a chain, the contracts, Uniswap V3, the relayer, the web app and a trading bot.

  npm start                    stays until Ctrl-C
  npm start -- --check         trades, breaks each rule once, prints the outcome as one line of JSON and ends

Options (after \`npm start --\`):
  --no-bot                     without the demo bot
  --no-web                     without the web app
  --port-chain <number>        default 8545
  --port-relayer <number>      default 8547
  --port-web <number>          default 5173; a port in use is replaced by the next free one
  --help
`;

const checkTimeoutMs = 240_000;

function readOptions() {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean", default: false },
      "no-bot": { type: "boolean", default: false },
      "no-web": { type: "boolean", default: false },
      "port-chain": { type: "string" },
      "port-relayer": { type: "string" },
      "port-web": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const toPort = (name: "port-chain" | "port-relayer" | "port-web"): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    const port = Number(text);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--${name} takes a port, not "${text}"`);
    return port;
  };
  const [chain, relayer, web] = [toPort("port-chain"), toPort("port-relayer"), toPort("port-web")];
  if (values.check && values["no-bot"]) throw new Error("--check needs the bot");
  return {
    ...values,
    ports: {
      ...(chain === undefined ? {} : { chain }),
      ...(relayer === undefined ? {} : { relayer }),
      ...(web === undefined ? {} : { web }),
    },
  };
}

type Options = ReturnType<typeof readOptions>;

const toMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function startFrom(options: Options, more: Pick<StackOptions, "signal" | "onCrash" | "onBotLine">): Promise<Stack> {
  return startStack({
    ...more,
    ports: options.ports,
    web: !options["no-web"],
    bot: !options["no-bot"],
    onProgress: (sentence) => console.log(`  ${sentence}`),
  });
}

/** Aborts on the first Ctrl-C or `kill`; another one, a second later or more, ends the process at once. */
function listenForStop(): AbortSignal {
  const aborter = new AbortController();
  let firstAt = 0;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (aborter.signal.aborted) {
        // npm passes on the signal that the terminal has sent to both.
        if (Date.now() - firstAt > 1_000) process.exit(130);
        return;
      }
      firstAt = Date.now();
      console.log("\nStopping …");
      aborter.abort();
    });
  }
  return aborter.signal;
}

const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

async function stay(options: Options): Promise<number> {
  const signal = listenForStop();
  let crash: Error | undefined;
  let stack: Stack;
  try {
    const crashed = Promise.withResolvers<void>();
    const waiting: string[] = [];
    let print = (line: string): void => {
      waiting.push(line);
    };
    stack = await startFrom(options, {
      signal,
      onBotLine: (line) => print(line),
      onCrash: (error) => {
        crash ??= error;
        crashed.resolve();
      },
    });
    printGuide(stack);
    print = (line) => console.log(`  bot: ${line}`);
    for (const line of waiting) print(line);
    await Promise.race([whenAborted(signal), crashed.promise]);
  } catch (error) {
    if (signal.aborted) return 0;
    console.error(`\n${toMessage(error)}`);
    return 1;
  }
  if (crash) console.error(`\n${crash.message}\n`);
  await stack.stop();
  console.log("Everything is stopped.");
  return crash ? 1 : 0;
}

async function check(options: Options): Promise<number> {
  const signal = listenForStop();
  const deadline = AbortSignal.timeout(checkTimeoutMs);
  let stack: Stack | undefined;
  let outcome: { exitCode: number; line: object };
  try {
    stack = await startFrom(options, { signal: AbortSignal.any([signal, deadline]) });
    const timeout = whenAborted(deadline).then(() => {
      throw new Error(`The check took longer than ${checkTimeoutMs / 1000} s`);
    });
    const stopped = whenAborted(signal).then(() => {
      throw new Error("Stopped before the check was over");
    });
    const result = await Promise.race([
      runCheck({ stack, onProgress: (sentence) => console.log(`  ${sentence}`) }),
      stack.crashed,
      timeout,
      stopped,
    ]);
    outcome = { exitCode: 0, line: result };
  } catch (error) {
    console.error(`\n${toMessage(error)}\n`);
    outcome = { exitCode: 1, line: { error: toMessage(error) } };
  }
  await stack?.stop();
  console.log(JSON.stringify(outcome.line));
  return outcome.exitCode;
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions();
  } catch (error) {
    console.error(`${toMessage(error)}\n\n${help}`);
    return 2;
  }
  if (options.help) {
    console.log(help);
    return 0;
  }
  return options.check ? check(options) : stay(options);
}

process.exit(await main());
