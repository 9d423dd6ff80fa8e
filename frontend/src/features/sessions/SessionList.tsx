import { useState } from "react";
import type { Account } from "../../lib/accountQueries.ts";
import type { SessionAuthority, SessionRecord } from "../../lib/sessionQueries.ts";
import type { Sessions } from "../../lib/sessions.ts";
import { isAlive } from "../../lib/sessionStatus.ts";
import { RevokeDialog } from "./RevokeDialog.tsx";
import { SessionRow } from "./SessionRow.tsx";

type Entry = { record: SessionRecord; authority: SessionAuthority };
type SessionListProps = { account: Account; sessions: Sessions; canSign: boolean };

const toEntries = ({ records, authority }: Sessions): Entry[] =>
  records.flatMap((record) => {
    const known = authority.sessions.get(record.id);
    return known === undefined ? [] : [{ record, authority: known }];
  });

/** Keys that can be used or come to be used first; the dead ones folded away. */
export const SessionList = ({ account, sessions, canSign }: SessionListProps) => {
  const [revoked, setRevoked] = useState<SessionRecord>();
  const [isRevoking, setRevoking] = useState(false);
  const entries = toEntries(sessions);
  const alive = entries.filter(({ authority }) => isAlive(authority.status));
  const dead = entries.filter(({ authority }) => !isAlive(authority.status));
  const toRow = ({ record, authority }: Entry) => (
    <SessionRow
      key={record.id}
      record={record}
      authority={authority}
      now={sessions.authority.block.timestamp}
      canSign={canSign}
      onRevoke={() => {
        setRevoked(record);
        setRevoking(true);
      }}
    />
  );
  const listClass = "divide-y divide-line rounded-2xl border border-line bg-surface";
  return (
    <div className="space-y-6">
      {alive.length > 0 && (
        <ul aria-label="Keys in force" className={listClass}>
          {alive.map(toRow)}
        </ul>
      )}
      {revoked !== undefined && (
        <RevokeDialog
          key={revoked.id}
          account={account}
          record={revoked}
          isOpen={isRevoking}
          onClose={() => setRevoking(false)}
        />
      )}
      {dead.length > 0 && (
        <details open={alive.length === 0} className="group">
          <summary className="mb-3 inline-flex items-center gap-2 rounded-lg px-1 py-1 text-sm font-medium text-muted hover:text-ink">
            Ended and revoked ({dead.length})
          </summary>
          <ul aria-label="Keys no longer in force" className={listClass}>
            {dead.map(toRow)}
          </ul>
        </details>
      )}
    </div>
  );
};
