import {
  createSession,
  hashSession,
  packSession,
  templates,
  toPaymentCall,
  type Order,
  type Scope,
} from "@latchkey/sdk";
import { zeroHash, type Address, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import type { SessionContent } from "../../src/admission/createContentStore.ts";
import { readConfig, type Config } from "../../src/config.ts";

export const token: Address = "0x00000000000000000000000000000000000070c0";
const limitAmount = 1_000_000n;

export const createAddress = (): Address => privateKeyToAddress(generatePrivateKey());

/** As the environment gives it, with nothing else set. */
export function readSentinelConfig(env: Record<string, string> = {}): Config["sentinel"] {
  return readConfig({
    RPC_URL: "http://127.0.0.1:8545",
    CHAIN_ID: "31337",
    MANAGER_ADDRESS: token,
    HOT_WALLET_PRIVATE_KEY: `0x${"11".repeat(32)}`,
    ...env,
  }).sentinel;
}

/** A session that pays `token`, as the relayer knows it. */
export function createContent(): SessionContent {
  const { session, scopes } = createSession({
    account: createAddress(),
    signer: createAddress(),
    validUntil: Math.floor(Date.now() / 1000) + 86_400,
    maxOrders: 10_000,
    ...templates.payment({ token, recipients: [createAddress()], amount: limitAmount, period: 0 }),
  });
  const list: readonly Scope[] = scopes;
  return {
    sessionId: hashSession(session),
    session,
    scopes: list,
    packedSession: packSession(session),
    getScope: () => undefined,
  };
}

/** A payment, as of an order. */
export function createPayment(recipient: Address, amount: bigint): Pick<Order, "calls"> {
  return { calls: [{ ...toPaymentCall({ token, recipient, amount }), scope: zeroHash }] };
}

let count = 0;
export function createHash(): Hex {
  count += 1;
  return `0x${count.toString(16).padStart(64, "0")}`;
}
