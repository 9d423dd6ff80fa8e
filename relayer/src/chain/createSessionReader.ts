import { sessionManagerAbi, sessionStatuses, type Session, type SessionStatus } from "@latchkey/sdk";
import { decodeFunctionResult, encodeFunctionData, type Address, type Hex } from "viem";
import { ProblemError } from "../problem.ts";
import type { Head, Indexer } from "./createIndexer.ts";
import { CallRevertedError, type Rpc } from "./rpc.ts";

/** What the chain says of a session, all of it in one block. */
export type ChainState = {
  block: Head;
  status: SessionStatus;
  /** The lowest nonce above every used one. */
  nextNonce: number;
  /** Bit i: nonce `nextNonce - 1 - i` is used. */
  nonceWindow: bigint;
  /** Seconds since the Unix epoch. */
  lastUsedAt: number | undefined;
  /** Under each limit. */
  remaining: readonly bigint[];
  accountEpoch: number;
};

export type SessionReader = ReturnType<typeof createSessionReader>;

type Content = { sessionId: Hex; session: Session; packedSession: Hex };
type Deps = { rpc: Rpc; indexer: Indexer; config: { manager: Address } };

const entriesMax = 10_000;

/**
 * Reads session state pinned to the newest block's hash, and keeps it until an event touches the session or its account,
 * until time could change it, and never across a reorg or an error of the node. Throws `rpc-unavailable` instead of guessing.
 */
export function createSessionReader({ rpc, indexer, config: { manager } }: Deps) {
  const entries = new Map<Hex, { state: ChainState; account: Address; period: string }>();
  /** Changes whenever entries are dropped, so that an answer under way is not put back. */
  let generation = 0;

  indexer.subscribe((change) => {
    generation += 1;
    if (change.kind !== "block") return entries.clear();
    const sessions = new Set(change.events.map(({ sessionId }) => sessionId));
    const accounts = new Set(change.events.map(({ account }) => account));
    if (change.events.length === 0) return undefined;
    for (const [sessionId, { account }] of entries) {
      if (sessions.has(sessionId) || accounts.has(account)) entries.delete(sessionId);
    }
    return undefined;
  });

  async function read({ session, packedSession }: Content, block: Head): Promise<ChainState> {
    const call = async (data: Hex) => rpc.call({ to: manager, data }, { hash: block.hash });
    const abi = sessionManagerAbi;
    const [state, remaining, account] = await Promise.all([
      call(encodeFunctionData({ abi, functionName: "stateOf", args: [packedSession] })),
      call(encodeFunctionData({ abi, functionName: "remaining", args: [packedSession] })),
      call(encodeFunctionData({ abi, functionName: "accountStateOf", args: [session.account] })),
    ]);
    const decoded = decodeFunctionResult({ abi, functionName: "stateOf", data: state });
    return {
      block,
      status: sessionStatuses[decoded.status] ?? "none",
      nextNonce: decoded.nextNonce,
      nonceWindow: decoded.nonceWindow,
      lastUsedAt: decoded.lastUsedAt === 0 ? undefined : decoded.lastUsedAt,
      remaining: decodeFunctionResult({ abi, functionName: "remaining", data: remaining }),
      accountEpoch: decodeFunctionResult({ abi, functionName: "accountStateOf", data: account }).epoch,
    };
  }

  return {
    async getState(content: Content): Promise<ChainState> {
      const head = requireHead(indexer);
      const period = toPeriod(content.session, head.timestamp);
      const known = entries.get(content.sessionId);
      if (known !== undefined && known.period === period) return { ...known.state, block: head };
      const startedAt = generation;
      const state = await read(content, head).catch((cause: unknown) => {
        const revert = cause instanceof CallRevertedError ? ` (${cause.message})` : "";
        throw new ProblemError("rpc-unavailable", `The state of the session could not be read${revert}`, { cause });
      });
      // Other statuses change with time alone or are cheap to refuse by reading again.
      if (generation === startedAt && state.status === "active") {
        if (entries.size >= entriesMax) entries.clear();
        entries.set(content.sessionId, { state, account: content.session.account, period });
      }
      return state;
    },
  };
}

export function requireHead(indexer: Pick<Indexer, "getHead">): Head {
  const head = indexer.getHead();
  if (head === undefined) {
    throw new ProblemError("rpc-unavailable", "The node does not answer, or the relayer is catching up with the chain");
  }
  return head;
}

/** Changes when time alone changes the session's state: its start, its end, and the windows of its limits. */
function toPeriod({ validAfter, validUntil, limits }: Session, now: number): string {
  const windows = limits.map(({ period }) => (period === 0 ? 0 : Math.floor((now - validAfter) / period)));
  return [now >= validAfter, now >= validUntil, ...windows].join();
}
