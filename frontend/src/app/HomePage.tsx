import { useSearch } from "@tanstack/react-router";
import { useConnection } from "wagmi";
import { Button } from "../components/Button.tsx";
import { Card } from "../components/Card.tsx";
import { PageHeader } from "../components/PageHeader.tsx";
import { AccountCard } from "../features/account/AccountCard.tsx";
import { CreateAccount } from "../features/account/CreateAccount.tsx";
import { LookupForm } from "../features/account/LookupForm.tsx";
import { useConnectDialog } from "../features/wallet/ConnectDialog.tsx";
import { AccountGate } from "./AccountGate.tsx";
import { Introduction } from "./Introduction.tsx";
import { NextStep } from "./NextStep.tsx";

const Lookup = () => (
  <Card title="Look up any address">
    <p className="mb-4 max-w-2xl text-sm text-muted">
      What every key may do is public on the chain. See the keys of any account, without a wallet.
    </p>
    <LookupForm />
  </Card>
);

const Overview = () => (
  <>
    <PageHeader title="Overview">What your bots work with, and what they may do.</PageHeader>
    <div className="space-y-6">
      <AccountGate>
        {({ account, canSign }) =>
          account.isDeployed ? (
            <div className="grid items-start gap-6 lg:grid-cols-[3fr_2fr]">
              <AccountCard account={account} canSign={canSign} />
              <NextStep account={account} canSign={canSign} />
            </div>
          ) : (
            <CreateAccount account={account} canSign={canSign} />
          )
        }
      </AccountGate>
      <Lookup />
    </div>
  </>
);

export const HomePage = () => {
  const { account } = useSearch({ strict: false });
  const { address, status } = useConnection();
  const { openConnect } = useConnectDialog();
  if (address !== undefined || account !== undefined || status === "reconnecting") return <Overview />;
  return (
    <div className="space-y-14">
      <Introduction action={<Button onClick={openConnect}>Connect wallet</Button>} />
      <Lookup />
    </div>
  );
};
