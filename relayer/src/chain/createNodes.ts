import { createPublicClient, type Hex, type PublicClient } from "viem";
import { traceRpc } from "../observability/traceRpc.ts";
import { nodeTransport } from "./nodeTransport.ts";
import { isAnswer, RpcError } from "./rpcErrors.ts";

export type NodesConfig = {
  rpcUrl: string;
  /** Asked in this order when the one before does not answer; sent transactions go to all. */
  rpcFallbackUrls?: readonly string[];
  /** Where transactions go instead, and nowhere else. */
  privateRpcUrl?: string | undefined;
  /** What a fallback must be of. */
  chainId?: number;
  rpcTimeoutMs: number;
};

/** The first node is asked again so many milliseconds after another one took its place. */
const returnMs = 15_000;

/** The node that is asked, those asked in its place, and those that transactions go to. */
export function createNodes({ rpcUrl, rpcFallbackUrls = [], privateRpcUrl, chainId, rpcTimeoutMs }: NodesConfig) {
  const createClient = (url: string): PublicClient =>
    createPublicClient({ transport: nodeTransport(url, { timeoutMs: rpcTimeoutMs }) });
  const clients = [rpcUrl, ...rpcFallbackUrls].map(createClient);
  const senders = privateRpcUrl === undefined ? clients : [createClient(privateRpcUrl)];
  const onUnreachable = new Set<() => void>();
  const isOfChain = new Set<PublicClient>();
  let preferred = { index: 0, since: 0 };

  function toRpcError(method: string, cause: unknown): RpcError {
    const error = new RpcError(method, cause);
    if (error.code === undefined) for (const listener of onUnreachable) listener();
    return error;
  }

  /** The first node is checked by whoever follows the chain; another one before it is believed. */
  async function checkFallback(client: PublicClient): Promise<void> {
    if (client === clients[0] || isOfChain.has(client) || chainId === undefined) return;
    const answered = Number(await client.request({ method: "eth_chainId" }));
    if (answered !== chainId) throw new Error(`A fallback is of the chain ${answered}, not ${chainId}`);
    isOfChain.add(client);
  }

  /** Asks the nodes in turn until one answers, whatever it answers, and stays with that one for a while. */
  function ask<T>(method: string, run: (client: PublicClient) => Promise<T>): Promise<T> {
    return traceRpc(method, () => askInTurn(method, run));
  }

  async function askInTurn<T>(method: string, run: (client: PublicClient) => Promise<T>): Promise<T> {
    if (preferred.index !== 0 && performance.now() - preferred.since > returnMs) preferred = { index: 0, since: 0 };
    const first = preferred.index;
    let failure: unknown;
    for (let offset = 0; offset < clients.length; offset += 1) {
      const index = (first + offset) % clients.length;
      const client = clients[index];
      if (client === undefined) break;
      try {
        await checkFallback(client);
        const answer = await run(client);
        if (index !== preferred.index) preferred = { index, since: performance.now() };
        return answer;
      } catch (error) {
        if (isAnswer(error)) throw error;
        isOfChain.delete(client);
        failure = error;
      }
    }
    throw toRpcError(method, failure);
  }

  /** `ask`, with what a node answers as an error made into `RpcError` too. */
  function askFor<T>(method: string, run: (client: PublicClient) => Promise<T>): Promise<T> {
    return ask(method, run).catch((error: unknown) => {
      throw error instanceof RpcError ? error : toRpcError(method, error);
    });
  }

  return {
    ask,
    askFor,
    toRpcError,
    /** Calls `listener` whenever no node answered, whoever asked. */
    subscribeUnreachable: (listener: () => void): void => void onUnreachable.add(listener),

    /** To every node that may have it; it is enough that one takes it. */
    async send(raw: Hex): Promise<void> {
      const method = "eth_sendRawTransaction";
      const sent = await Promise.allSettled(
        senders.map((client) => traceRpc(method, () => client.request({ method, params: [raw] }))),
      );
      if (sent.some(({ status }) => status === "fulfilled")) return;
      const reasons = sent.flatMap((each): unknown[] => (each.status === "rejected" ? [each.reason] : []));
      throw new RpcError("eth_sendRawTransaction", reasons.find(isAnswer) ?? reasons[0]);
    },
  };
}
