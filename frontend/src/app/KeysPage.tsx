import { Link } from "@tanstack/react-router";
import { toButtonClass } from "../components/Button.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Notice } from "../components/Notice.tsx";
import { PageHeader } from "../components/PageHeader.tsx";
import { QueryView } from "../components/QueryView.tsx";
import { AccountSwitches } from "../features/sessions/AccountSwitches.tsx";
import { SessionList } from "../features/sessions/SessionList.tsx";
import { useSessions } from "../lib/sessions.ts";
import { isAlive } from "../lib/sessionStatus.ts";
import { AccountGate, type GatedAccount } from "./AccountGate.tsx";
import { SourceLine } from "./SourceLine.tsx";

const NoKeys = ({ isOwner }: { isOwner: boolean }) => (
  <EmptyState
    title="No keys yet"
    action={
      isOwner && (
        <Link to="/keys/new" className={toButtonClass("primary")}>
          Grant the first key
        </Link>
      )
    }
  >
    No bot can touch this account. A key lets one do exactly what you choose, for as long as you choose.
  </EmptyState>
);

const Keys = ({ account, isOwner, canSign }: GatedAccount) => {
  const query = useSessions(account.address);
  const isPaused = query.data?.authority.isPaused ?? false;
  const alive = [...(query.data?.authority.sessions.values() ?? [])].filter(({ status }) => isAlive(status)).length;
  return (
    <>
      <PageHeader
        title="Keys"
        actions={
          canSign &&
          account.isDeployed &&
          query.data !== undefined && (
            <>
              <AccountSwitches account={account} isPaused={isPaused} aliveCount={alive} />
              <Link to="/keys/new" className={toButtonClass("primary")}>
                New key
              </Link>
            </>
          )
        }
      >
        What may leave your account, through whom, until when.
      </PageHeader>
      {isPaused && (
        <div className="mb-6">
          <Notice tone="warn" title="All keys of this account are paused.">
            None can be used until the owner unpauses.
          </Notice>
        </div>
      )}
      <QueryView
        query={query}
        what="the keys"
        isEmpty={({ records }) => records.length === 0}
        empty={<NoKeys isOwner={isOwner} />}
      >
        {(sessions) => (
          <>
            <SessionList account={account} sessions={sessions} canSign={canSign} />
            <SourceLine sessions={sessions} />
          </>
        )}
      </QueryView>
    </>
  );
};

export const KeysPage = () => <AccountGate>{(gated) => <Keys {...gated} />}</AccountGate>;
