import type { Page } from "playwright-core";
import { createWalletClient, defineChain, type Hex, hexToNumber, http, isHex, numberToHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { World } from "./globalSetup.ts";

type Request = { method: string; params?: readonly unknown[] };
type Answer = { result: unknown } | { error: { code: number; message: string; data?: unknown } };

type TransactionFields = { to: Hex; data: Hex; value: bigint; gas: bigint | undefined };

const readTransaction = (params: readonly unknown[] | undefined): TransactionFields => {
  const [fields] = params ?? [];
  if (typeof fields !== "object" || fields === null) throw new Error("eth_sendTransaction without a transaction");
  const read = (name: string): Hex | undefined => {
    const value: unknown = Reflect.get(fields, name);
    return isHex(value) ? value : undefined;
  };
  const to = read("to");
  if (to === undefined) throw new Error("eth_sendTransaction without `to`");
  const gas = read("gas");
  return { to, data: read("data") ?? "0x", value: BigInt(read("value") ?? "0x0"), gas: gas && BigInt(gas) };
};

const readMessage = (params: readonly unknown[] | undefined): Hex => {
  const [message] = params ?? [];
  if (!isHex(message)) throw new Error("personal_sign without a message in hex");
  return message;
};

const toError = (error: unknown): Answer => {
  const message = error instanceof Error ? error.message : String(error);
  const data: unknown = error instanceof Error && "data" in error ? error.data : undefined;
  return { error: { code: -32_000, message, data } };
};

export type TestWallet = {
  /** The next transaction is refused, as by a person who presses "Reject". */
  rejectNext: () => void;
};

/** A wallet that announces itself to the page by EIP-6963 and signs in this process. */
export const installTestWallet = async (
  page: Page,
  world: World,
  { privateKey, chainId = world.chainId }: { privateKey: Hex; chainId?: number },
): Promise<TestWallet> => {
  const account = privateKeyToAccount(privateKey);
  const chain = defineChain({
    id: world.chainId,
    name: "Local chain",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [world.rpc] } },
  });
  const client = createWalletClient({ account, chain, transport: http(world.rpc) });
  let currentChainId = chainId;
  let isConnected = false;
  let isRejecting = false;

  const handle = async ({ method, params }: Request): Promise<unknown> => {
    switch (method) {
      case "eth_accounts":
        return isConnected ? [account.address] : [];
      case "eth_requestAccounts":
        isConnected = true;
        return [account.address];
      case "eth_chainId":
        return numberToHex(currentChainId);
      case "wallet_requestPermissions":
        isConnected = true;
        return [{ parentCapability: "eth_accounts" }];
      case "wallet_revokePermissions":
        return null;
      case "wallet_switchEthereumChain":
        currentChainId = hexToNumber(numberToHex(world.chainId));
        return null;
      case "eth_sendTransaction":
        return client.sendTransaction(readTransaction(params));
      case "personal_sign":
        return account.signMessage({ message: { raw: readMessage(params) } });
      default:
        // Whatever else is the node's to answer.
        return client.request({ method, params } as Parameters<typeof client.request>[0]);
    }
  };

  const request = async (given: Request): Promise<Answer> => {
    if (given.method === "eth_sendTransaction" && isRejecting) {
      isRejecting = false;
      return { error: { code: 4001, message: "User rejected the request." } };
    }
    return handle(given).then((result) => ({ result }), toError);
  };

  await page.exposeFunction("latchkeyTestWallet", request);
  await page.addInitScript(announceWallet);
  return {
    rejectNext: () => {
      isRejecting = true;
    },
  };
};

/** Runs in the page. */
const announceWallet = (): void => {
  type Listener = (value: unknown) => void;
  const listeners = new Map<string, Set<Listener>>();
  const emit = (event: string, value: unknown) => listeners.get(event)?.forEach((listener) => listener(value));
  const send = Reflect.get(window, "latchkeyTestWallet") as (request: unknown) => Promise<Answer>;
  const provider = {
    request: async (given: Request): Promise<unknown> => {
      const answer = await send(given);
      if ("error" in answer) throw Object.assign(new Error(answer.error.message), answer.error);
      if (given.method === "wallet_switchEthereumChain")
        emit("chainChanged", (given.params as { chainId: string }[])[0]?.chainId);
      return answer.result;
    },
    on: (event: string, listener: Listener) => {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
    },
    removeListener: (event: string, listener: Listener) => void listeners.get(event)?.delete(listener),
  };
  const info = {
    uuid: "5f0f2c0e-6a52-4f43-9a6c-1b6c7d3b6a11",
    name: "Test wallet",
    rdns: "org.latchkey.test",
    icon: "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><rect width='8' height='8'/></svg>",
  };
  const announce = () =>
    window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info, provider }) }));
  window.addEventListener("eip6963:requestProvider", announce);
  announce();
};
