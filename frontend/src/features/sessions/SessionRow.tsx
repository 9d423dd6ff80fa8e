import { Link } from "@tanstack/react-router";
import { Address } from "../../components/Address.tsx";
import { BudgetMeters } from "../../components/BudgetMeters.tsx";
import { EndsText } from "../../components/EndsText.tsx";
import { StatusBadge } from "../../components/StatusBadge.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { toAgoText, toCountText } from "../../lib/format.ts";
import { toSessionName } from "../../lib/sessionName.ts";
import type { SessionAuthority, SessionRecord } from "../../lib/sessionQueries.ts";
import { isAlive } from "../../lib/sessionStatus.ts";
import { toBudgets, toSessionTitle } from "../../lib/sessionView.ts";
import { RevokeButton } from "./RevokeButton.tsx";

type SessionRowProps = {
  record: SessionRecord;
  authority: SessionAuthority;
  now: number;
  canSign: boolean;
  onRevoke: () => void;
};

export const SessionRow = ({ record, authority, now, canSign, onRevoke }: SessionRowProps) => {
  const deps = useDeps();
  const { session } = record;
  const name = toSessionName(deps, record);
  const title = toSessionTitle(record.scopes, deps.tokens);
  const alive = isAlive(authority.status);
  return (
    <li
      className={`grid gap-x-8 gap-y-4 p-5 sm:px-6 md:grid-cols-[5fr_5fr_3fr_auto] md:items-center ${alive ? "" : "opacity-80"}`}
    >
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <Link
            to="/keys/$id"
            params={{ id: record.id }}
            className="min-w-0 rounded font-semibold wrap-anywhere hover:underline"
          >
            {name}
          </Link>
          <StatusBadge status={authority.status} />
        </div>
        <p className="mt-1 text-sm text-muted">
          {name !== title && <span className="block">{title}</span>}
          <Address address={session.signer} /> · {toCountText(authority.ordersUsed)} of {toCountText(session.maxOrders)}{" "}
          orders used
        </p>
      </div>
      <div className="min-w-0">
        {alive ? (
          <BudgetMeters budgets={toBudgets(session, authority, now)} now={now} />
        ) : (
          <p className="text-sm text-muted">Nothing can leave through this key.</p>
        )}
      </div>
      <div className="flex flex-wrap gap-x-4 gap-y-0.5 text-sm text-muted md:flex-col">
        <EndsText session={session} now={now} />
        <span>{authority.lastUsedAt === 0 ? "Never used" : `Used ${toAgoText(authority.lastUsedAt, now)}`}</span>
      </div>
      <div className="md:w-24 md:text-right">
        {canSign && alive && <RevokeButton record={record} onClick={onRevoke} />}
      </div>
    </li>
  );
};
