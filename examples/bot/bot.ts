/** Swaps every few seconds on Uniswap V3 under a Latchkey session. README.md says what it reads from the environment. */
import { setTimeout as wait } from "node:timers/promises";
import { createLatchkeyClient, LatchkeyError, RelayerProblemError, toUniswapSwapCall } from "@latchkey/sdk";
import { isHex, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const json = process.argv.includes("--json");
const print = (event: string, fields: Record<string, string | number | undefined> = {}): void =>
  console.log(
    json
      ? JSON.stringify({ event, ...fields })
      : [event, ...Object.values(fields).filter((value) => value !== undefined)].join("  "),
  );
const env = (name: string, fallback?: string): string => {
  const value = process.env[name] ?? fallback;
  if (value === undefined) throw new LatchkeyError(`${name} is not set`);
  return value;
};
const hex = (name: string): Hex => {
  const value = env(name);
  if (!isHex(value)) throw new LatchkeyError(`${name} is not hex`);
  return value;
};

const endings = ["revoked", "expired", "superseded", "exhausted"];
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort());

async function run(): Promise<void> {
  const sessionKey = privateKeyToAccount(hex("SESSION_KEY"));
  const client = createLatchkeyClient({
    relayerUrl: env("RELAYER_URL"),
    chainId: Number(env("CHAIN_ID")),
    manager: hex("MANAGER_ADDRESS"),
    sessionId: hex("SESSION_ID"),
    sessionKey,
  });
  const pool = {
    router: hex("ROUTER"),
    tokenIn: hex("TOKEN_IN"),
    tokenOut: hex("TOKEN_OUT"),
    fee: Number(env("POOL_FEE")),
  };
  const amountIn = BigInt(env("AMOUNT_IN", "5000000"));
  const amountOutMin = BigInt(env("AMOUNT_OUT_MIN", "0"));
  const swapsMax = Number(env("MAX_SWAPS", "Infinity"));
  const { account } = (await client.getSession()).session;
  const isOver = () =>
    client.getSession().then(
      ({ status }) => endings.includes(status),
      () => false,
    );
  print("started", { key: sessionKey.address, account });

  for (let swaps = 0; swaps < swapsMax && !stop.signal.aborted;) {
    try {
      const calls = [toUniswapSwapCall({ ...pool, account, amountIn, amountOutMin })];
      const { orderHash } = await client.submitOrder({ calls }, stop);
      const { status, transactionHash, reason } = await client.waitForOrder(orderHash, stop);
      if (status === "confirmed") swaps += 1;
      print(status, { orderHash, transactionHash, swaps, reason: reason?.sentence });
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!(error instanceof LatchkeyError)) throw error;
      print("refused", { reason: error.message });
      if (!error.retryable && !(error instanceof RelayerProblemError)) throw error;
      if (error instanceof RelayerProblemError && (await isOver())) return;
    }
    await wait(Number(env("SECONDS_BETWEEN", "3")) * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
  }
}

try {
  await run();
  print("stopped");
} catch (error) {
  print("error", { message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
