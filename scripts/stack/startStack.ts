import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "viem";
import { deployUniswap, type UniswapDeployment } from "../deployUniswap.ts";
import { createDemoAccount, type DemoSession, grantDemoSession, type LatchkeyAddresses } from "./demoSession.ts";
import { type LocalChain, startLocalChain } from "./localChain.ts";
import { findFreePort } from "./ports.ts";
import { createProcessGroup, type ManagedProcess } from "./processes.ts";
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
  /** Told when a part ends that should not; the stack then still runs and must be stopped. */
  onCrash?: (sentence: string) => void;
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
  const { onProgress = () => {}, onCrash = () => {} } = options;
  const folder = mkdtempSync(join(tmpdir(), "latchkey-"));
  const crash = Promise.withResolvers<never>();
  // Whoever waits for something races against it; nobody has to.
  crash.promise.catch(() => {});
  const crashed = crash.promise;
  const processes = createProcessGroup({
    logFolder: folder,
    onCrash: ({ name, getLog }, reason) => {
      const sentence = `The ${name} has ended (${reason}). Its last lines:\n${getLog().join("\n")}`;
      crash.reject(new Error(sentence));
      onCrash(sentence);
    },
  });
  const stop = async () => {
    await processes.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ports = await choosePorts(options, onProgress);
    onProgress("Starting a chain (anvil, one block a second) …");
    const chain = await startLocalChain({ processes, port: ports.chain, crashed });
    onProgress("Compiling and deploying Latchkey's contracts …");
    const latchkey = await deployLatchkey({ processes, chain, crashed });
    const deps = { processes, chain, latchkey, crashed };

    onProgress("Starting the relayer, deploying Uniswap V3 …");
    const relayerOptions = {
      ...deps,
      port: ports.relayer,
      dataFolder: join(folder, "relayer"),
      webOrigins: [`http://127.0.0.1:${ports.web}`, `http://localhost:${ports.web}`],
    };
    const [relayer, uniswap] = await Promise.all([
      startRelayer(relayerOptions),
      deployUniswap({ publicClient: chain.publicClient, walletClient: chain.getWalletClient("deployer") }),
    ]);
    let relayerProcess = relayer.process;

    onProgress("Creating an account and granting the bot's key a session …");
    const account = await createDemoAccount({ chain, latchkey, uniswap });
    const session = await grantDemoSession({ chain, latchkey, uniswap, account });

    if (options.web ?? true) onProgress("Starting the web app …");
    const web =
      (options.web ?? true)
        ? await startWebApp({ ...deps, port: ports.web, folder, relayerUrl: relayer.url, uniswap })
        : undefined;
    const { sessionId, key } = session;
    const bot =
      (options.bot ?? true)
        ? startBot({ ...deps, relayerUrl: relayer.url, uniswap, sessionId, botKey: key.privateKey })
        : undefined;
    return {
      urls: { rpc: chain.rpcUrl, relayer: relayer.url, web },
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
  } catch (error) {
    await stop();
    throw error;
  }
}
