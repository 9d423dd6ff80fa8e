import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Address } from "viem";
import { Badge } from "../../components/Badge.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { toAgoText, toDateTimeText } from "../../lib/format.ts";
import { toTokenAmountText } from "../../lib/tokens.ts";
import { type ActivityEntry, toSessionId } from "./activityEntry.ts";
import { blockTimeQuery, movementsQuery } from "./activityQueries.ts";
import { describeEntry } from "./describeEntry.ts";

type MovementsProps = { account: Address; entry: ActivityEntry };

const Movements = ({ account, entry }: MovementsProps) => {
  const deps = useDeps();
  const { data } = useQuery(movementsQuery(deps, account, entry));
  return (
    <span className="flex flex-wrap gap-x-3 tabular-nums">
      {data?.map(({ token, amount }) => (
        <span key={token} className={amount > 0n ? "text-good" : "text-ink"}>
          {amount > 0n ? "+" : ""}
          {toTokenAmountText(deps.tokens, token, amount)}
        </span>
      ))}
    </span>
  );
};

type ActivityRowProps = { account: Address; entry: ActivityEntry; sessionName: string | undefined; now: number };

export const ActivityRow = ({ account, entry, sessionName, now }: ActivityRowProps) => {
  const deps = useDeps();
  const { data: time } = useQuery(blockTimeQuery(deps, entry.blockNumber));
  const { label, tone, detail } = describeEntry(entry, deps.glossary);
  const sessionId = toSessionId(entry);
  return (
    <li className="grid gap-x-6 gap-y-1 px-5 py-3.5 text-sm sm:grid-cols-[9rem_1fr_auto] sm:items-baseline sm:px-6">
      <span>
        <Badge tone={tone}>{label}</Badge>
      </span>
      <div className="min-w-0 wrap-anywhere">
        {detail !== undefined && <p>{detail}</p>}
        {entry.name === "OrderExecuted" && <Movements account={account} entry={entry} />}
        {sessionId !== undefined && sessionName !== undefined && (
          <Link to="/keys/$id" params={{ id: sessionId }} className="text-muted hover:text-ink hover:underline">
            {sessionName}
          </Link>
        )}
      </div>
      <span
        className="text-xs whitespace-nowrap text-muted tabular-nums"
        title={`${time === undefined ? "" : `${toDateTimeText(time)}, `}block ${entry.blockNumber}`}
      >
        {time === undefined ? `Block ${entry.blockNumber}` : toAgoText(time, now)}
      </span>
    </li>
  );
};
