import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "viem";
import { deployUniswap, type UniswapDeployment } from "../deployUniswap.ts";
import { createDemoAccount, type DemoSession, grantDemoSession, type LatchkeyAddresses } from "./demoSession.ts";
import { type LocalChain, startLocalChain } from "./localChain.ts";
import { findFreePort } from "./ports.ts";
import { createProcessGroup, type ManagedProcess, type ProcessGroup } from "./processes.ts";
import { deployLatchkey, startBot, startRelayer, startWebApp } from "./services.ts";

export type StackOptions = {
  /** Wanted ports; the next free one is taken instead of one in use, any free one for 0. */
  ports?: { chain?: number; relayer?: number; web?: number };
  /** Whether to serve the web app. Default `true`. */
  web?: boolean;
  /** Whether to run the demo bot. Default `true`. */
  bot?: boolean;
  /** Told what is being done, a sentence a step. */
  onProgress?: (sentence: string) => void;
  /** Told each line the bot writes. */
  onBotLine?: (line: string) => void;
  /** Told when a part ends that should not; the stack then still runs and must be stopped. */
  onCrash?: (error: Error) => void;
  /** Stops everything again if it fires while the stack is starting. */
  signal?: AbortSignal;
};

/** Everything Latchkey needs on one machine, running. */
export type Stack = {
  urls: { rpc: string; relayer: string; web: string | undefined };
  chain: LocalChain;
  addresses: LatchkeyAddresses;
  uniswap: UniswapDeployment;
  /** The demo owner's session account. */
  account: Address;
  /** The session granted to the bot's key. */
  session: DemoSession;
  bot: ManagedProcess | undefined;
  /** Rejects when a part ends that should not. */
  crashed: Promise<never>;
  /** Ends the relayer as a crash would and starts it again on the same data. */
  restartRelayer: () => Promise<void>;
  stop: () => Promise<void>;
};

const defaultPorts = { chain: 8545, relayer: 8547, web: 5173 };

async function choosePorts(options: StackOptions, onProgress: (sentence: string) => void) {
  const chosen: Record<keyof typeof defaultPorts, number> = { ...defaultPorts };
  for (const name of ["chain", "relayer", "web"] as const) {
    const wanted = options.ports?.[name] ?? defaultPorts[name];
    const taken = Object.entries(chosen).flatMap(([other, port]) => (other === name ? [] : [port]));
    chosen[name] = await findFreePort(wanted, taken);
    if (wanted !== 0 && chosen[name] !== wanted) {
      onProgress(`Port ${wanted} is taken; the ${name} gets ${chosen[name]}.`);
    }
  }
  return chosen;
}

/** Starts chain, contracts, Uniswap, relayer, web app and bot. If one fails, what has started is stopped again. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
  const ended = Promise.withResolvers<never>();
  // Whoever waits for something races against it; nobody has to.
  ended.promise.catch(() => {});
  const processes = createProcessGroup({
    logFolder: folder,
    onCrash: ({ name, getLog }, reason) => {
      const error = new Error(`The ${name} has ended (${reason}). Its last lines:\n${getLog().join("\n")}`);
      ended.reject(error);
      options.onCrash?.(error);
    },
  });
  const stop = async () => {
    await processes.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  options.signal?.addEventListener("abort", () => ended.reject(new Error("Stopped while starting")));
  try {
    return await Promise.race([
      startParts({ options, processes, folder, crashed: ended.promise, stop }),
      ended.promise,
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(deps: {
  options: StackOptions;
  processes: ProcessGroup;
  folder: string;
  crashed: Promise<never>;
  stop: () => Promise<void>;
}): Promise<Stack> {
  const { options, processes, folder, crashed, stop } = deps;
  const { onProgress = () => {}, onBotLine = () => {}, web: hasWeb = true, bot: hasBot = true } = options;
  const ports = await choosePorts(options, onProgress);
  onProgress("Starting a chain (anvil, one block a second) …");
  const chain = await startLocalChain({ processes, port: ports.chain, crashed });
  onProgress("Compiling and deploying Latchkey's contracts …");
  const latchkey = await deployLatchkey({ processes, chain, crashed });
  const parts = { processes, chain, latchkey, crashed };

  onProgress("Starting the relayer, deploying Uniswap V3 …");
  const relayerOptions = {
    ...parts,
    port: ports.relayer,
    dataFolder: join(folder, "relayer"),
    webOrigins: [`http://127.0.0.1:${ports.web}`, `http://localhost:${ports.web}`],
  };
  const [relayer, uniswap] = await Promise.all([
    startRelayer(relayerOptions),
    deployUniswap({ publicClient: chain.publicClient, walletClient: chain.getWalletClient("deployer") }),
  ]);
  let relayerProcess = relayer.process;
  const relayerUrl = relayer.url;

  onProgress("Creating an account and granting the bot's key a session …");
  const account = await createDemoAccount({ chain, latchkey, uniswap });
  const session = await grantDemoSession({ chain, latchkey, uniswap, account });

  if (hasWeb) onProgress("Starting the web app …");
  const web = hasWeb ? await startWebApp({ ...parts, port: ports.web, folder, relayerUrl, uniswap }) : undefined;
  const bot = hasBot ? startBot({ ...parts, relayerUrl, uniswap, session, onLine: onBotLine }) : undefined;
  return {
    urls: { rpc: chain.rpcUrl, relayer: relayerUrl, web },
    chain,
    addresses: latchkey,
    uniswap,
    account,
    session,
    bot,
    crashed,
    restartRelayer: async () => {
      await relayerProcess.kill();
      ({ process: relayerProcess } = await startRelayer(relayerOptions));
    },
    stop,
  };
}
