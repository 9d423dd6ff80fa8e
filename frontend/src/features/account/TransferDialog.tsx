import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "../../components/Button.tsx";
import { Dialog } from "../../components/Dialog.tsx";
import { SelectField, TextField } from "../../components/Field.tsx";
import { TransactionStatus } from "../../components/TransactionStatus.tsx";
import { type Account, balancesQuery } from "../../lib/accountQueries.ts";
import { useDeps } from "../../lib/deps.tsx";
import { parseAmount, toAmountText } from "../../lib/format.ts";
import { isNative } from "../../lib/tokens.ts";
import { useTransaction } from "../../lib/transaction.ts";
import { formatUnits } from "viem";
import { toDepositRequest, toWithdrawRequest } from "./accountCalls.ts";

export type TransferKind = "deposit" | "withdraw";

const words = {
  deposit: { title: "Deposit", from: "In your wallet", verb: "Deposit", done: "Deposited." },
  withdraw: { title: "Withdraw", from: "In the account", verb: "Withdraw to your wallet", done: "Withdrawn." },
} as const;

type TransferFormProps = { kind: TransferKind; account: Account };

const TransferForm = ({ kind, account }: TransferFormProps) => {
  const deps = useDeps();
  const [index, setIndex] = useState(0);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const transaction = useTransaction();
  const balances = useQuery(balancesQuery(deps, kind === "deposit" ? account.owner : account.address));
  const balance = balances.data?.[index];
  const token = deps.tokens[index];
  if (token === undefined) return null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseAmount(text, token.decimals);
    if (!parsed.ok) return setProblem(parsed.problem);
    if (balance !== undefined && parsed.value > balance.amount)
      return setProblem(`Only ${toAmountText(balance.amount, token.decimals)} ${token.symbol} are there.`);
    setProblem(undefined);
    const toRequest = kind === "deposit" ? toDepositRequest : toWithdrawRequest;
    return void transaction.run(toRequest(account, token.address, parsed.value));
  };

  // All of the wallet's native coin can't be deposited: the fee comes out of it too.
  const canTakeAll = balance !== undefined && !(kind === "deposit" && isNative(token.address));
  return (
    <form onSubmit={submit} className="space-y-4" noValidate>
      <SelectField
        label="Token"
        value={index}
        onChange={(event) => setIndex(Number(event.target.value))}
        options={deps.tokens.map(({ symbol }, position) => ({ value: String(position), label: symbol }))}
      />
      <TextField
        label="Amount"
        inputMode="decimal"
        value={text}
        suffix={token.symbol}
        error={problem}
        onChange={(event) => setText(event.target.value)}
        hint={
          <span className="flex items-center justify-between gap-2">
            <span>
              {words[kind].from}:{" "}
              <span className="tabular-nums">
                {balance === undefined ? "…" : `${toAmountText(balance.amount, token.decimals)} ${token.symbol}`}
              </span>
            </span>
            {canTakeAll && (
              <button
                type="button"
                className="rounded px-1.5 py-1 font-medium text-brass hover:underline"
                onClick={() => setText(formatUnits(balance.amount, token.decimals))}
              >
                All of it
              </button>
            )}
          </span>
        }
      />
      <Button type="submit" className="w-full" disabled={transaction.isBusy}>
        {words[kind].verb}
      </Button>
      <TransactionStatus state={transaction.state} done={words[kind].done} />
    </form>
  );
};

type TransferDialogProps = { kind: TransferKind | undefined; account: Account; onClose: () => void };

export const TransferDialog = ({ kind, account, onClose }: TransferDialogProps) => (
  <Dialog title={kind === undefined ? "" : words[kind].title} isOpen={kind !== undefined} onClose={onClose}>
    {kind !== undefined && <TransferForm key={kind} kind={kind} account={account} />}
  </Dialog>
);
