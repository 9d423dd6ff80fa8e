import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Address } from "../../components/Address.tsx";
import { Button } from "../../components/Button.tsx";
import { Card } from "../../components/Card.tsx";
import { CopyButton } from "../../components/CopyButton.tsx";
import { QueryView } from "../../components/QueryView.tsx";
import { type Account, balancesQuery } from "../../lib/accountQueries.ts";
import { useDeps } from "../../lib/deps.tsx";
import { toAmountText } from "../../lib/format.ts";
import { TransferDialog, type TransferKind } from "./TransferDialog.tsx";

export const AccountCard = ({ account, canSign }: { account: Account; canSign: boolean }) => {
  const balances = useQuery(balancesQuery(useDeps(), account.address));
  const [transfer, setTransfer] = useState<TransferKind>();
  return (
    <Card title="Session account">
      <div className="flex flex-wrap items-center justify-between gap-3 rounded-xl bg-sunken px-4 py-3 text-sm">
        <Address address={account.address} isFull />
        <CopyButton text={account.address} label="Copy the account's address" />
      </div>
      <div className="mt-5">
        <QueryView query={balances} what="the balances">
          {(list) => (
            <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3">
              {list.map(({ token, amount }) => (
                <div key={token.address} className="min-w-0">
                  <dt className="text-xs text-muted">{token.symbol}</dt>
                  <dd className="mt-0.5 text-xl font-semibold tabular-nums wrap-anywhere">
                    {toAmountText(amount, token.decimals, 4)}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </QueryView>
      </div>
      {canSign && (
        <div className="mt-6 flex flex-wrap gap-2">
          <Button onClick={() => setTransfer("deposit")}>Deposit</Button>
          <Button variant="secondary" onClick={() => setTransfer("withdraw")}>
            Withdraw
          </Button>
        </div>
      )}
      <TransferDialog kind={transfer} account={account} onClose={() => setTransfer(undefined)} />
    </Card>
  );
};
