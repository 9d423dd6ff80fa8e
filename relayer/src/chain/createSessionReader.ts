import { sessionManagerAbi, sessionStatuses, type Session, type SessionStatus } from "@latchkey/sdk";
import { decodeFunctionResult, encodeFunctionData, type Address, type Hex } from "viem";
import { createBoundedMap } from "../createBoundedMap.ts";
import { createMicroBatch } from "../createMicroBatch.ts";
import { ProblemError } from "../problem.ts";
import type { Head, HeadChange, Indexer } from "./createIndexer.ts";
import { readMany, type ReadAnswer } from "./readMany.ts";
import type { Rpc } from "./createRpc.ts";

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
type Entry = { content: Content; state: ChainState; period: string };
type Deps = { rpc: Rpc; indexer: Indexer; config: { manager: Address } };

const entriesMax = 10_000;
/** Sessions of one run; it is cut again by the size of what is asked. */
const readsMax = 256;
/** `remaining` of 15 limits, the longest of the three answers. */
const answerBytesMax = 64 + 15 * 32;

/**
 * Reads session state pinned to the newest block's hash, many sessions in one `eth_call`, and keeps it until an event
 * touches the session or its account, until time could change it, and never across a reorg or an error of the node. What a
 * block touches of what is known is read again at once. Throws `rpc-unavailable` instead of guessing.
 */
export function createSessionReader({ rpc, indexer, config: { manager } }: Deps) {
  const entries = createBoundedMap<Hex, Entry>(entriesMax);
  /** Reads under way, by session, each of one block. */
  const pending = new Map<Hex, { block: Hex; state: Promise<ChainState> }>();
  /** Changes whenever entries are dropped, so that an answer under way is not put back. */
  let generation = 0;

  // A session whose views fail must not fail the others of its run.
  const reads = createMicroBatch<Content, ChainState | ViewRevertedError>({
    run: (contents) => read(contents),
    waitMs: 5,
    sizeMax: readsMax,
    runsMax: 4,
  });

  async function read(contents: readonly Content[]): Promise<(ChainState | ViewRevertedError)[]> {
    const block = requireHead(indexer);
    const startedAt = generation;
    const calls = contents.flatMap(({ session, packedSession }) => toCalls(session, packedSession));
    const answers = await readMany(rpc, { to: manager, calls, block: block.hash, answerBytesMax });
    return contents.map((content, index) => {
      const state = decode(answers.slice(3 * index, 3 * index + 3), block);
      // Other statuses change with time alone or are cheap to refuse by reading again.
      if (generation === startedAt && "status" in state && state.status === "active") {
        entries.set(content.sessionId, { content, state, period: toPeriod(content.session, block.timestamp) });
      }
      return state;
    });
  }

  function load(content: Content, block: Head): Promise<ChainState> {
    const underWay = pending.get(content.sessionId);
    if (underWay?.block === block.hash) return underWay.state;
    const state = reads.add(content).then((answer) => {
      if (answer instanceof ViewRevertedError) throw answer;
      return answer;
    });
    pending.set(content.sessionId, { block: block.hash, state });
    const forget = (): void => {
      if (pending.get(content.sessionId)?.state === state) pending.delete(content.sessionId);
    };
    state.then(forget, forget);
    return state;
  }

  /** Forgets what the change may have changed; returns the contents of what was known of it. */
  function drop(change: HeadChange): Content[] {
    generation += 1;
    pending.clear();
    if (change.kind !== "block") {
      entries.clear();
      return [];
    }
    if (change.events.length === 0) return [];
    const sessions = new Set(change.events.map(({ sessionId }) => sessionId));
    const accounts = new Set(change.events.map(({ account }) => account));
    const touched = [...entries.entries()]
      .map(([, { content }]) => content)
      .filter(({ sessionId, session }) => sessions.has(sessionId) || accounts.has(session.account));
    for (const { sessionId } of touched) entries.delete(sessionId);
    return touched;
  }

  indexer.subscribe((change) => {
    const touched = drop(change);
    const head = indexer.getHead();
    if (head === undefined) return;
    // Whoever needs a state that could not be read asks again, and is told.
    for (const content of touched) load(content, head).catch(() => undefined);
  });

  return {
    async getState(content: Content): Promise<ChainState> {
      const head = requireHead(indexer);
      const known = entries.get(content.sessionId);
      if (known !== undefined && known.period === toPeriod(content.session, head.timestamp)) {
        return { ...known.state, block: head };
      }
      return load(content, head).catch((cause: unknown) => {
        if (cause instanceof ProblemError) throw cause;
        throw new ProblemError("rpc-unavailable", "The state of the session could not be read", { cause });
      });
    },
  };
}

function toCalls(session: Session, packedSession: Hex): Hex[] {
  const abi = sessionManagerAbi;
  return [
    encodeFunctionData({ abi, functionName: "stateOf", args: [packedSession] }),
    encodeFunctionData({ abi, functionName: "remaining", args: [packedSession] }),
    encodeFunctionData({ abi, functionName: "accountStateOf", args: [session.account] }),
  ];
}

class ViewRevertedError extends Error {
  override name = "ViewRevertedError";
}

function decode(answers: readonly ReadAnswer[], block: Head): ChainState | ViewRevertedError {
  const reverted = answers.find(({ ok }) => !ok);
  if (reverted !== undefined) return new ViewRevertedError(`A view of the manager reverted with ${reverted.data}`);
  const [state, remaining, account] = answers.map(({ data }) => data);
  if (state === undefined || remaining === undefined || account === undefined) throw new Error("A read is missing");
  const abi = sessionManagerAbi;
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
