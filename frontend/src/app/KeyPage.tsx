import { Link, useParams } from "@tanstack/react-router";
import { EmptyState } from "../components/EmptyState.tsx";
import { PageHeader } from "../components/PageHeader.tsx";
import { QueryView } from "../components/QueryView.tsx";
import { StatusBadge } from "../components/StatusBadge.tsx";
import { toButtonClass } from "../components/Button.tsx";
import { ActivityList } from "../features/activity/ActivityList.tsx";
import { ResumeAction } from "../features/sessions/ResumeAction.tsx";
import { RevokeAction } from "../features/sessions/RevokeAction.tsx";
import { SessionDetail } from "../features/sessions/SessionDetail.tsx";
import { SentinelCard } from "../features/sentinel/SentinelCard.tsx";
import { useDeps } from "../lib/deps.tsx";
import { toSessionName } from "../lib/sessionName.ts";
import { useSessions } from "../lib/sessions.ts";
import { isAlive, toStatusWords } from "../lib/sessionStatus.ts";
import { AccountGate, type GatedAccount } from "./AccountGate.tsx";
import { SourceLine } from "./SourceLine.tsx";
import { useSessionNames } from "./useSessionNames.ts";

const NoSuchKey = () => (
  <EmptyState
    title="No such key"
    action={
      <Link to="/keys" className={toButtonClass("secondary")}>
        See all keys
      </Link>
    }
  >
    This account never granted a key of this id. It may belong to another account.
  </EmptyState>
);

const Key = ({ account, canSign }: GatedAccount) => {
  const { id } = useParams({ from: "/keys/$id" });
  const deps = useDeps();
  const query = useSessions(account.address);
  const names = useSessionNames(query.data?.records);
  return (
    <QueryView query={query} what="the key" skeletonLines={5}>
      {(sessions) => {
        const record = sessions.records.find((candidate) => candidate.id === id);
        const authority = record === undefined ? undefined : sessions.authority.sessions.get(record.id);
        if (record === undefined || authority === undefined) return <NoSuchKey />;
        return (
          <>
            <Link to="/keys" className="mb-3 inline-block rounded text-sm text-muted hover:text-ink hover:underline">
              ← All keys
            </Link>
            <PageHeader
              title={toSessionName(deps, record)}
              actions={
                <>
                  <ResumeAction
                    account={account}
                    record={record}
                    canResume={canSign && authority.status === "suspended"}
                  />
                  <RevokeAction account={account} record={record} canRevoke={canSign && isAlive(authority.status)} />
                </>
              }
            >
              <span className="flex flex-wrap items-center gap-2.5">
                <StatusBadge status={authority.status} /> {toStatusWords(authority.status).meaning}
              </span>
            </PageHeader>
            <SessionDetail record={record} authority={authority} now={sessions.authority.block.timestamp} />
            <SourceLine sessions={sessions} />
            {canSign && (
              <div className="mt-6">
                <SentinelCard key={record.id} sessionId={record.id} now={sessions.authority.block.timestamp} />
              </div>
            )}
            <h2 className="mt-10 mb-4 text-lg font-semibold">Activity of this key</h2>
            <ActivityList account={account.address} names={names} sessionId={record.id} />
          </>
        );
      }}
    </QueryView>
  );
};

export const KeyPage = () => <AccountGate>{(gated) => <Key {...gated} />}</AccountGate>;
