import { Address } from "../../components/Address.tsx";
import { Button } from "../../components/Button.tsx";
import { Card } from "../../components/Card.tsx";
import { TransactionStatus } from "../../components/TransactionStatus.tsx";
import type { Account } from "../../lib/accountQueries.ts";
import { useDeps } from "../../lib/deps.tsx";
import { useTransaction } from "../../lib/transaction.ts";
import { toCreateRequest } from "./accountCalls.ts";

export const CreateAccount = ({ account, canSign }: { account: Account; canSign: boolean }) => {
  const { config } = useDeps();
  const transaction = useTransaction();
  return (
    <Card title="Create your session account">
      <p className="max-w-2xl text-sm text-muted">
        Bots trade from this account, never from your wallet. It is a small contract that only you control: you can take
        everything out at any time, and nobody, Latchkey included, can change it. Put in what the bot should work with.
      </p>
      <div className="mt-5 rounded-xl bg-sunken px-4 py-3 text-sm">
        <p className="text-xs text-muted">Its address, which follows from yours</p>
        <p className="mt-0.5">
          <Address address={account.address} isFull />
        </p>
      </div>
      <div className="mt-5 space-y-4">
        <Button
          disabled={!canSign || transaction.isBusy}
          onClick={() => void transaction.run(toCreateRequest(config, account.owner))}
        >
          Create account
        </Button>
        <TransactionStatus state={transaction.state} done="Your account exists." />
      </div>
    </Card>
  );
};
