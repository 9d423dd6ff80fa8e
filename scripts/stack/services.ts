import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { UniswapDeployment } from "../deployUniswap.ts";
import type { DemoSession, LatchkeyAddresses } from "./demoSession.ts";
import type { LocalChain } from "./localChain.ts";
import type { ManagedProcess, ProcessGroup } from "./processes.ts";
import { waitUntil } from "./waitUntil.ts";

type Deps = { processes: ProcessGroup; chain: LocalChain; latchkey: LatchkeyAddresses; crashed: Promise<never> };

async function isAnswering(url: string): Promise<true | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return true;
}

/** Runs the deployment script in a process of its own, since Hardhat keeps global state. */
export async function deployLatchkey(deps: Omit<Deps, "latchkey">): Promise<LatchkeyAddresses> {
  const { processes, chain } = deps;
  const args = ["scripts/deployLatchkey.ts", chain.rpcUrl, chain.accounts.deployer.privateKey];
  const deployment = processes.start({ name: "deployment", command: "node", args, mayEnd: true });
  const { reason } = await deployment.exited;
  const answer = deployment.getLog().findLast((line) => line.startsWith("{"));
  if (reason !== "exit code 0" || answer === undefined) {
    throw new Error(`Deploying the contracts failed (${reason}):\n${deployment.getLog().join("\n")}`);
  }
  return JSON.parse(answer) as LatchkeyAddresses;
}

/** Starts the relayer, open to every account of this local chain, and waits until it is ready. */
export async function startRelayer(deps: Deps & { port: number; dataFolder: string; webOrigins: readonly string[] }) {
  const { processes, chain, latchkey, port, dataFolder, webOrigins, crashed } = deps;
  const env = {
    RPC_URL: chain.rpcUrl,
    CHAIN_ID: String(chain.chainId),
    MANAGER_ADDRESS: latchkey.sessionManager,
    HOT_WALLET_PRIVATE_KEY: chain.accounts.relayer.privateKey,
    DATA_DIR: dataFolder,
    HOST: "127.0.0.1",
    PORT: String(port),
    ACCESS: "open",
    CORS_ORIGINS: webOrigins.join(","),
    START_BLOCK: "0",
  };
  const args = ["--conditions=latchkey-source", "relayer/src/main.ts"];
  const relayer = processes.start({ name: "relayer", command: "node", args, env });
  const url = `http://127.0.0.1:${port}`;
  await waitUntil({
    what: `the relayer at ${url}`,
    probe: () => isAnswering(`${url}/readyz`),
    timeoutMs: 60_000,
    until: crashed,
  });
  return { url, process: relayer };
}

/** What the web app reads as `/latchkey.json`. */
export function createWebConfig(deps: {
  chain: LocalChain;
  latchkey: LatchkeyAddresses;
  uniswap: UniswapDeployment;
  relayerUrl: string;
}): object {
  const { chain, latchkey, uniswap, relayerUrl } = deps;
  const { dollar, ether } = uniswap.tokens;
  return {
    chainId: chain.chainId,
    chainName: "Local chain",
    rpcUrl: chain.rpcUrl,
    relayerUrl,
    manager: latchkey.sessionManager,
    factory: latchkey.sessionAccountFactory,
    tokens: [dollar, ether],
    uniswap: {
      router: uniswap.router,
      pools: [{ tokenA: dollar.address, tokenB: ether.address, fee: uniswap.fee }],
    },
    startBlock: 0,
  };
}

/** Starts the web app. The demo owner's key goes into the page it serves, and into no build. */
export async function startWebApp(
  deps: Deps & { port: number; folder: string; relayerUrl: string; uniswap: UniswapDeployment },
): Promise<string> {
  const { processes, chain, port, folder, crashed } = deps;
  const path = join(folder, "latchkey.json");
  writeFileSync(path, JSON.stringify(createWebConfig(deps), null, 2));
  processes.start({
    name: "web app",
    command: "vite",
    args: ["frontend", "--host", "127.0.0.1", "--port", String(port), "--strictPort"],
    env: { LATCHKEY_CONFIG: path, VITE_DEMO_OWNER_KEY: chain.accounts.owner.privateKey },
  });
  const url = `http://127.0.0.1:${port}`;
  await waitUntil({ what: `the web app at ${url}`, probe: () => isAnswering(url), timeoutMs: 60_000, until: crashed });
  return url;
}

/** Starts the example bot, which swaps every few seconds. */
export function startBot(
  deps: Deps & { relayerUrl: string; uniswap: UniswapDeployment; session: DemoSession; onLine: (line: string) => void },
): ManagedProcess {
  const { processes, chain, latchkey, relayerUrl, uniswap, session, onLine } = deps;
  const env = {
    RELAYER_URL: relayerUrl,
    RPC_URL: chain.rpcUrl,
    CHAIN_ID: String(chain.chainId),
    MANAGER_ADDRESS: latchkey.sessionManager,
    SESSION_ID: session.sessionId,
    SESSION_KEY: session.key.privateKey,
    ROUTER: uniswap.router,
    TOKEN_IN: uniswap.tokens.dollar.address,
    TOKEN_OUT: uniswap.tokens.ether.address,
    POOL_FEE: String(uniswap.fee),
  };
  return processes.start({
    name: "bot",
    command: "node",
    args: ["--conditions=latchkey-source", "examples/bot/bot.ts"],
    env,
    // It ends when its session does.
    mayEnd: true,
    onLine,
  });
}
