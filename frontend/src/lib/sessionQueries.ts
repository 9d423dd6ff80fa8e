import {
  decodeSessionGranted,
  hashSession,
  packSession,
  type Scope,
  type Session,
  type SessionStatus,
  sessionManagerAbi,
  toScopesRoot,
  toSessionStatus,
} from "@latchkey/sdk";
import { queryOptions } from "@tanstack/react-query";
import type { Address, Hex } from "viem";
import type { Deps } from "./deps.tsx";
import { isSameAddress } from "./format.ts";
import { headQuery, live } from "./live.ts";
import { getManagerLogs } from "./logs.ts";

/** A grant, as published on chain or as the relayer holds it: its id proves its content either way. */
export type SessionRecord = { id: Hex; packed: Hex; session: Session; scopes: readonly Scope[] };
export type SessionRecords = {
  records: readonly SessionRecord[];
  source: "chain" | "relayer";
  /** Every block up to this one has been searched. */
  scannedTo: bigint;
};

/** Blocks searched again each time, since a reorganisation may have changed them. */
const reorgDepth = 64n;

/** Newest first; one of each id. */
export const mergeRecords = (
  known: readonly SessionRecord[],
  found: readonly SessionRecord[],
): readonly SessionRecord[] => {
  const ids = new Set(found.map(({ id }) => id));
  return [...found, ...known.filter(({ id }) => !ids.has(id))];
};

const scanGrants = async (deps: Deps, account: Address, known: SessionRecords | undefined): Promise<SessionRecords> => {
  const { number: toBlock } = await deps.queryClient.ensureQueryData(headQuery(deps));
  const next = known === undefined ? 0n : known.scannedTo - reorgDepth;
  const fromBlock = next > deps.config.startBlock ? next : deps.config.startBlock;
  const logs = await getManagerLogs(deps, { fromBlock, toBlock }, [account]);
  const found = logs
    .filter(({ eventName }) => eventName === "SessionGranted")
    .map((log): SessionRecord => {
      const { sessionId, session, scopes } = decodeSessionGranted(log);
      return { id: sessionId, packed: packSession(session), session, scopes };
    })
    .toReversed();
  return { records: mergeRecords(known?.records ?? [], found), source: "chain", scannedTo: toBlock };
};

/** The relayer may leave a session out but can't invent one: each must hash to its id and name the account. */
const askRelayer = async (deps: Deps, account: Address): Promise<SessionRecords> => {
  const sessions = await deps.relayer.getSessionsOfAccount(account);
  const records = sessions.flatMap(({ sessionId, session, scopes }): SessionRecord[] =>
    hashSession(session) === sessionId &&
    toScopesRoot(scopes) === session.scopesRoot &&
    isSameAddress(session.account, account)
      ? [{ id: sessionId, packed: packSession(session), session, scopes }]
      : [],
  );
  return { records, source: "relayer", scannedTo: 0n };
};

/** Every session ever granted by `account`, newest first: from the chain's own logs, which hide none. */
export const sessionRecordsQuery = (deps: Deps, account: Address) => {
  const queryKey = [live, "session-records", account];
  return queryOptions({
    queryKey,
    queryFn: async (): Promise<SessionRecords> => {
      const previous = deps.queryClient.getQueryData<SessionRecords>(queryKey);
      const known = previous?.source === "chain" ? previous : undefined;
      try {
        return await scanGrants(deps, account, known);
      } catch (chainError) {
        return await askRelayer(deps, account).catch(() => {
          throw chainError;
        });
      }
    },
  });
};

/** What the chain says about a session right now. */
export type SessionAuthority = {
  status: SessionStatus;
  ordersUsed: number;
  lastUsedAt: number;
  /** One a limit, in order; all 0 unless the session is active. */
  remaining: readonly bigint[];
};
export type Authority = {
  block: { number: bigint; timestamp: number };
  epoch: number;
  isPaused: boolean;
  sessions: ReadonlyMap<Hex, SessionAuthority>;
};

/** Status and remaining budgets of all `records`, read from the manager at one block. */
export const authorityQuery = (deps: Deps, account: Address, records: readonly SessionRecord[]) =>
  queryOptions({
    queryKey: [live, "authority", account, records.map(({ id }) => id)],
    queryFn: async (): Promise<Authority> => {
      const block = await deps.client.getBlock({ blockTag: "latest" });
      const manager = {
        address: deps.config.manager,
        abi: sessionManagerAbi,
        blockNumber: block.number,
      } as const;
      const readSession = async ({ id, packed }: SessionRecord): Promise<[Hex, SessionAuthority]> => {
        const [state, remaining] = await Promise.all([
          deps.client.readContract({ ...manager, functionName: "stateOf", args: [packed] }),
          deps.client.readContract({ ...manager, functionName: "remaining", args: [packed] }),
        ]);
        const status = toSessionStatus(state.status);
        return [id, { status, ordersUsed: state.nextNonce, lastUsedAt: state.lastUsedAt, remaining }];
      };
      const [accountState, ...sessions] = await Promise.all([
        deps.client.readContract({ ...manager, functionName: "accountStateOf", args: [account] }),
        ...records.map(readSession),
      ]);
      return {
        block: { number: block.number, timestamp: Number(block.timestamp) },
        epoch: accountState.epoch,
        isPaused: accountState.paused,
        sessions: new Map(sessions),
      };
    },
    // A new key changes the query's key; the last answer for this account stands until the next.
    placeholderData: (previous, query) => (query?.queryKey[2] === account ? previous : undefined),
  });
