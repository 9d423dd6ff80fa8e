import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Address, Hex } from "viem";
import { EmptyState } from "../../components/EmptyState.tsx";
import { QueryView } from "../../components/QueryView.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { useChainNow } from "../../lib/live.ts";
import { type ActivityEntry, type ActivityKind, toKind, toSessionId } from "./activityEntry.ts";
import { type Activity, activityQuery, entriesMax } from "./activityQueries.ts";
import { ActivityRow } from "./ActivityRow.tsx";

const sources: Record<Activity["source"], string> = {
  relayer: "History from the relayer.",
  chain: "The relayer gives no history now: read from the chain’s logs.",
};

type ActivityListProps = {
  account: Address;
  /** All sessions of the account with their names; the chain indexes orders by session. */
  names: ReadonlyMap<Hex, string>;
  kind?: ActivityKind | undefined;
  /** Only this session's entries. */
  sessionId?: Hex;
};

const isShown =
  ({ kind, sessionId }: Pick<ActivityListProps, "kind" | "sessionId">) =>
  (entry: ActivityEntry): boolean =>
    (kind === undefined || toKind(entry) === kind) && (sessionId === undefined || toSessionId(entry) === sessionId);

const Empty = ({ isFiltered }: { isFiltered: boolean }) => (
  <EmptyState title={isFiltered ? "Nothing of this kind" : "Nothing has happened yet"}>
    {isFiltered
      ? "No event of this account matches the filter."
      : "Grants, orders, refusals and revocations appear here as the chain records them."}
  </EmptyState>
);

export const ActivityList = ({ account, names, kind, sessionId }: ActivityListProps) => {
  const now = useChainNow();
  const sessionIds = useMemo(() => [...names.keys()], [names]);
  const query = useQuery(activityQuery(useDeps(), account, sessionIds));
  return (
    <QueryView query={query} what="the activity">
      {({ entries, source }) => {
        const shown = entries.filter(isShown({ kind, ...(sessionId === undefined ? {} : { sessionId }) }));
        return (
          <>
            {shown.length === 0 ? (
              <Empty isFiltered={entries.length > 0} />
            ) : (
              <ul aria-label="Events" className="divide-y divide-line rounded-2xl border border-line bg-surface">
                {shown.map((entry) => (
                  <ActivityRow
                    key={entry.id}
                    account={account}
                    entry={entry}
                    sessionName={sessionId === undefined ? names.get(toSessionId(entry) ?? "0x") : undefined}
                    now={now}
                  />
                ))}
              </ul>
            )}
            <p className="mt-3 text-xs text-muted">
              {sources[source]}
              {entries.length === entriesMax && ` The newest ${entriesMax} events are shown.`}
            </p>
          </>
        );
      }}
    </QueryView>
  );
};
