import { describe } from "@latchkey/sdk";
import type { ReactNode } from "react";
import { Address } from "../../components/Address.tsx";
import { BudgetMeters } from "../../components/BudgetMeters.tsx";
import { Card } from "../../components/Card.tsx";
import { EndsText } from "../../components/EndsText.tsx";
import { PolicySentences } from "../../components/PolicySentences.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { toAgoText, toCountText, toDateTimeText } from "../../lib/format.ts";
import type { SessionAuthority, SessionRecord } from "../../lib/sessionQueries.ts";
import { isAlive, toStatusWords } from "../../lib/sessionStatus.ts";
import { toBudgets } from "../../lib/sessionView.ts";

const Fact = ({ term, isWide = false, children }: { term: string; isWide?: boolean; children: ReactNode }) => (
  <div className={`min-w-0 ${isWide ? "col-span-full" : ""}`}>
    <dt className="text-xs text-muted">{term}</dt>
    <dd className="mt-0.5 text-sm wrap-anywhere">{children}</dd>
  </div>
);

type SessionDetailProps = { record: SessionRecord; authority: SessionAuthority; now: number };

export const SessionDetail = ({ record, authority, now }: SessionDetailProps) => {
  const deps = useDeps();
  const { session, scopes } = record;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[2fr_1fr]">
      <div className="min-w-0 space-y-6">
        <Card title="Left to spend">
          {isAlive(authority.status) ? (
            <BudgetMeters budgets={toBudgets(session, authority, now)} now={now} />
          ) : (
            <p className="text-sm text-muted">
              {toStatusWords(authority.status).meaning} Nothing can leave through it.
            </p>
          )}
        </Card>
        <Card title="What this key may do">
          <PolicySentences description={describe(session, scopes, { ...deps.glossary, now })} />
        </Card>
      </div>
      <Card title="Details">
        <dl className="grid grid-cols-2 gap-4 lg:grid-cols-1">
          <Fact term="Validity">
            <EndsText session={session} now={now} />
            <span className="block text-xs text-muted">{toDateTimeText(session.validUntil)}</span>
          </Fact>
          <Fact term="Last used">{authority.lastUsedAt === 0 ? "Never" : toAgoText(authority.lastUsedAt, now)}</Fact>
          <Fact term="Orders used">
            {toCountText(authority.ordersUsed)} of {toCountText(session.maxOrders)}
          </Fact>
          <Fact term="Start">{toDateTimeText(session.validAfter)}</Fact>
          <Fact term="Bot’s key">
            <Address address={session.signer} />
          </Fact>
          <Fact term="Account">
            <Address address={session.account} />
          </Fact>
          <Fact term="Session id" isWide>
            <span className="font-mono text-xs break-all">{record.id}</span>
          </Fact>
        </dl>
      </Card>
    </div>
  );
};
