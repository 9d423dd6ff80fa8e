import { packSession } from "@latchkey/sdk";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Hex } from "viem";
import { Button } from "../../components/Button.tsx";
import { Card } from "../../components/Card.tsx";
import { Notice } from "../../components/Notice.tsx";
import type { Account } from "../../lib/accountQueries.ts";
import { useDeps } from "../../lib/deps.tsx";
import { useChainNow } from "../../lib/live.ts";
import { authorityQuery } from "../../lib/sessionQueries.ts";
import { setSessionName } from "../../lib/storage.ts";
import { useTransaction } from "../../lib/transaction.ts";
import { buildGrant } from "./buildGrant.ts";
import { GrantFields } from "./GrantFields.tsx";
import { checkGrantForm, type GrantErrors, type GrantPrefill, toInitialForm } from "./grantForm.ts";
import { GrantReview } from "./GrantReview.tsx";
import { GrantSetUp } from "./GrantSetUp.tsx";
import { readGrant, type ReadGrant } from "./readGrant.ts";

type Review = { calldata: Hex; grant: ReadGrant; name: string };

/** Form → review of the bytes → sign → set up. */
export const GrantFlow = ({ account, prefill }: { account: Account; prefill: GrantPrefill }) => {
  const deps = useDeps();
  const now = useChainNow();
  const [form, setForm] = useState(() => toInitialForm(deps, prefill));
  const [errors, setErrors] = useState<GrantErrors>({});
  const [problem, setProblem] = useState<string>();
  const [review, setReview] = useState<Review>();
  const transaction = useTransaction();
  const authority = useQuery(authorityQuery(deps, account.address, []));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setProblem(undefined);
    const context = { deployment: deps, account: account.address, owner: account.owner };
    const checked = checkGrantForm(form, context);
    setErrors(checked.ok ? {} : checked.errors);
    if (!checked.ok) return setProblem("Some fields need another look.");
    if (authority.data === undefined) return setProblem("The chain has not answered yet. Try again in a moment.");
    try {
      const { epoch } = authority.data;
      const { config, glossary } = deps;
      const calldata = buildGrant(checked.input, { config, glossary, account: account.address, epoch, now });
      const grant = readGrant(calldata, { manager: config.manager, account: account.address });
      return setReview({ calldata, grant, name: checked.input.name });
    } catch (error) {
      return setProblem(error instanceof Error ? error.message : String(error));
    }
  };

  const sign = async ({ calldata, grant, name }: Review) => {
    if (name !== "") setSessionName(deps.storage, grant.id, name);
    await transaction.run({ from: account.owner, to: account.address, data: calldata });
  };

  if (review === undefined)
    return (
      <Card>
        <form onSubmit={submit} noValidate>
          <GrantFields
            form={form}
            errors={errors}
            onChange={(change) => setForm((current) => ({ ...current, ...change }))}
          />
          <div className="space-y-4 border-t border-line pt-6">
            {problem !== undefined && (
              <Notice tone="bad" role="alert">
                <span className="text-ink">{problem}</span>
              </Notice>
            )}
            <Button type="submit">Review</Button>
          </div>
        </form>
      </Card>
    );
  const { grant, calldata } = review;
  if (transaction.state.step === "confirmed") {
    const record = { ...grant, packed: packSession(grant.session) };
    return <GrantSetUp account={account.address} record={record} blockNumber={transaction.state.blockNumber} />;
  }
  return (
    <GrantReview
      grant={grant}
      calldata={calldata}
      transaction={transaction}
      onSign={() => void sign(review)}
      onBack={() => {
        transaction.reset();
        setReview(undefined);
      }}
    />
  );
};
