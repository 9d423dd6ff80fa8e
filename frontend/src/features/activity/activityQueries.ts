import { queryOptions } from "@tanstack/react-query";
import type { Address, Hex } from "viem";
import type { Deps } from "../../lib/deps.tsx";
import { headQuery } from "../../lib/live.ts";
import { getManagerLogs } from "../../lib/logs.ts";
import { type ActivityEntry, compareEntries } from "./activityEntry.ts";
import { type Movement, toMovements } from "./movements.ts";
import { parseChainEvent } from "./parseChainEvent.ts";
import { toActivityEntries } from "./toActivityEntries.ts";

export type Activity = { entries: readonly ActivityEntry[]; source: "relayer" | "chain" };

export const entriesMax = 200;

const askRelayer = async (deps: Deps, account: Address): Promise<ActivityEntry[]> => {
  const events = await deps.relayer.getEventsOfAccount(account, { limit: entriesMax });
  return events.flatMap(parseChainEvent).toSorted(compareEntries);
};

const readLogs = async (deps: Deps, account: Address, sessionIds: readonly Hex[]): Promise<ActivityEntry[]> => {
  const { number: toBlock } = await deps.queryClient.ensureQueryData(headQuery(deps));
  const range = { fromBlock: deps.config.startBlock, toBlock };
  return toActivityEntries(await getManagerLogs(deps, range, [account, ...sessionIds]));
};

/** History of an account, newest first: from the relayer, or from the chain's logs while the relayer is not there. */
export const activityQuery = (deps: Deps, account: Address, sessionIds: readonly Hex[]) =>
  queryOptions({
    queryKey: ["activity", account, sessionIds],
    queryFn: async (): Promise<Activity> => {
      try {
        return { entries: await askRelayer(deps, account), source: "relayer" };
      } catch {
        const entries = await readLogs(deps, account, sessionIds);
        return { entries: entries.slice(0, entriesMax), source: "chain" };
      }
    },
    // Reading all logs costs the node more than reading the relayer's database.
    refetchInterval: ({ state }) => (state.data?.source === "chain" ? 5 : 2) * deps.pollMs,
    placeholderData: (previous, query) => (query?.queryKey[1] === account ? previous : undefined),
  });

export const blockTimeQuery = ({ client }: Deps, blockNumber: bigint) =>
  queryOptions({
    queryKey: ["block-time", blockNumber.toString()],
    queryFn: async (): Promise<number> => Number((await client.getBlock({ blockNumber })).timestamp),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const movementsQuery = ({ client, config }: Deps, account: Address, entry: ActivityEntry) =>
  queryOptions({
    queryKey: ["movements", account, entry.transactionHash, entry.logIndex],
    queryFn: async (): Promise<Movement[]> => {
      const { logs } = await client.getTransactionReceipt({ hash: entry.transactionHash });
      return toMovements(logs, { manager: config.manager, account, logIndex: entry.logIndex });
    },
    enabled: entry.name === "OrderExecuted",
    staleTime: Number.POSITIVE_INFINITY,
  });
