import { describe, exposure } from "@latchkey/sdk";
import type { Hex } from "viem";
import { Address } from "../../components/Address.tsx";
import { Button } from "../../components/Button.tsx";
import { Card } from "../../components/Card.tsx";
import { Notice } from "../../components/Notice.tsx";
import { PolicySentences } from "../../components/PolicySentences.tsx";
import { TransactionStatus } from "../../components/TransactionStatus.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { useChainNow } from "../../lib/live.ts";
import type { Transaction } from "../../lib/transaction.ts";
import { MaximumLoss } from "./MaximumLoss.tsx";
import type { ReadGrant } from "./readGrant.ts";

type GrantReviewProps = {
  grant: ReadGrant;
  calldata: Hex;
  transaction: Transaction;
  onSign: () => void;
  onBack: () => void;
};

export const GrantReview = ({ grant, calldata, transaction, onSign, onBack }: GrantReviewProps) => {
  const deps = useDeps();
  const now = useChainNow();
  const { session, scopes } = grant;
  const context = { ...deps.glossary, now };
  return (
    <Card title="Review" takesFocus>
      <div className="space-y-6">
        <p className="text-sm text-muted">
          Read from the exact bytes you are about to sign. The key <Address address={session.signer} isFull /> will be
          able to do this and nothing else, on-chain.
        </p>
        <PolicySentences description={describe(session, scopes, context)} />
        <MaximumLoss
          exposure={exposure(session, scopes, context)}
          validUntil={session.validUntil}
          tokens={deps.tokens}
        />
        <details className="text-xs">
          <summary className="w-fit rounded py-1 text-muted hover:text-ink">The bytes to be signed</summary>
          <textarea
            readOnly
            rows={6}
            aria-label="The bytes to be signed"
            className="mt-2 block w-full resize-none rounded-lg bg-sunken p-3 font-mono break-all"
            value={calldata}
          />
        </details>
        <TransactionStatus state={transaction.state} done="The key is granted." />
        {transaction.state.step === "signing" && (
          <Notice>Your wallet shows a call of your own account, {session.account}. Check that address there.</Notice>
        )}
        <div className="flex flex-wrap gap-2">
          <Button disabled={transaction.isBusy} onClick={onSign}>
            Sign and grant
          </Button>
          <Button variant="secondary" disabled={transaction.isBusy} onClick={onBack}>
            Change something
          </Button>
        </div>
      </div>
    </Card>
  );
};
