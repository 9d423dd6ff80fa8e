import { Link, useSearch } from "@tanstack/react-router";
import { PageHeader } from "../components/PageHeader.tsx";
import { QueryView } from "../components/QueryView.tsx";
import { ActivityList } from "../features/activity/ActivityList.tsx";
import { type ActivityKind, activityKinds } from "../features/activity/activityEntry.ts";
import { useSessions } from "../lib/sessions.ts";
import { AccountGate, type GatedAccount } from "./AccountGate.tsx";
import { useSessionNames } from "./useSessionNames.ts";

const labels: Record<ActivityKind, string> = {
  orders: "Orders",
  refused: "Failed and refused",
  keys: "Grants and revocations",
  stops: "Pauses and revoke-alls",
};

const FilterLink = ({ kind, label, isCurrent }: { kind?: ActivityKind; label: string; isCurrent: boolean }) => (
  <Link
    to="/activity"
    search={kind === undefined ? {} : { kind }}
    aria-current={isCurrent ? "true" : undefined}
    className={`rounded-full border px-3.5 py-1.5 text-sm whitespace-nowrap ${isCurrent ? "border-ink bg-ink text-paper" : "border-line bg-surface text-muted hover:border-strong hover:text-ink"}`}
  >
    {label}
  </Link>
);

const Activity = ({ account }: GatedAccount) => {
  const { kind } = useSearch({ from: "/activity" });
  const query = useSessions(account.address);
  const names = useSessionNames(query.data?.records);
  return (
    <>
      <nav aria-label="Filter" className="mb-5 flex flex-wrap gap-2">
        <FilterLink label="All" isCurrent={kind === undefined} />
        {activityKinds.map((one) => (
          <FilterLink key={one} kind={one} label={labels[one]} isCurrent={kind === one} />
        ))}
      </nav>
      <QueryView query={query} what="the keys">
        {() => <ActivityList account={account.address} names={names} kind={kind} />}
      </QueryView>
    </>
  );
};

export const ActivityPage = () => (
  <>
    <PageHeader title="Activity">What your keys did and tried, and what you did about them.</PageHeader>
    <AccountGate>{(gated) => <Activity {...gated} />}</AccountGate>
  </>
);
