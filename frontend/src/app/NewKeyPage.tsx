import { Link, useSearch } from "@tanstack/react-router";
import { toButtonClass } from "../components/Button.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { PageHeader } from "../components/PageHeader.tsx";
import { GrantFlow } from "../features/grant/GrantFlow.tsx";
import { AccountGate, type GatedAccount } from "./AccountGate.tsx";

const NewKey = ({ account, isOwner }: GatedAccount) => {
  const { account: _, ...prefill } = useSearch({ from: "/keys/new" });
  if (!isOwner)
    return <EmptyState title="Only the owner grants keys">Connect the wallet that owns this account.</EmptyState>;
  if (!account.isDeployed)
    return (
      <EmptyState
        title="First create the account"
        action={
          <Link to="/" className={toButtonClass("primary")}>
            Create the account
          </Link>
        }
      >
        Keys are granted by your session account. It takes one transaction to create.
      </EmptyState>
    );
  return <GrantFlow account={account} prefill={prefill} />;
};

export const NewKeyPage = () => (
  <>
    <PageHeader title="New key">You choose what it may do; you see it in plain words before you sign.</PageHeader>
    <AccountGate>{(gated) => <NewKey {...gated} />}</AccountGate>
  </>
);
