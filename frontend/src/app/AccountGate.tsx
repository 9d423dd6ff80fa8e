import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useConnection } from "wagmi";
import { Address } from "../components/Address.tsx";
import { Button, toButtonClass } from "../components/Button.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { Notice } from "../components/Notice.tsx";
import { QueryView, Skeleton } from "../components/QueryView.tsx";
import { useConnectDialog } from "../features/wallet/ConnectDialog.tsx";
import { type Account, accountQuery } from "../lib/accountQueries.ts";
import { useDeps } from "../lib/deps.tsx";
import { isSameAddress } from "../lib/format.ts";

/** The account on the page and whether the connected wallet owns it and is on this chain. */
export type GatedAccount = { account: Account; isOwner: boolean; canSign: boolean };

const NotConnected = () => {
  const { openConnect } = useConnectDialog();
  return (
    <EmptyState
      title="Connect the wallet that owns the account"
      action={
        <>
          <Button onClick={openConnect}>Connect wallet</Button>
          <Link to="/" className={toButtonClass("secondary")}>
            Look up an address instead
          </Link>
        </>
      }
    >
      You see your keys, what each may still spend, and can end any of them with one signature.
    </EmptyState>
  );
};

/** Resolves the looked-up or connected address to its session account, and says whose it is. */
export const AccountGate = ({ children }: { children: (gated: GatedAccount) => ReactNode }) => {
  const { account: lookedUp } = useSearch({ strict: false });
  const connection = useConnection();
  const subject = lookedUp ?? connection.address;
  if (subject === undefined) return connection.status === "reconnecting" ? <Skeleton /> : <NotConnected />;
  return (
    <ResolvedAccount key={subject} subject={subject}>
      {children}
    </ResolvedAccount>
  );
};

type ResolvedAccountProps = { subject: Account["address"]; children: (gated: GatedAccount) => ReactNode };

const ResolvedAccount = ({ subject, children }: ResolvedAccountProps) => {
  const deps = useDeps();
  const { address, chainId } = useConnection();
  const query = useQuery(accountQuery(deps, subject));
  return (
    <QueryView query={query} what="the account">
      {(account) => {
        const isOwner = address !== undefined && isSameAddress(address, account.owner);
        return (
          <div className="space-y-6">
            {!isOwner && (
              <Notice
                title="Looking only"
                action={
                  <Link to="." search={{ account: undefined }} className={toButtonClass("secondary")}>
                    Leave this account
                  </Link>
                }
              >
                Account <Address address={account.address} /> of <Address address={account.owner} />. Only its owner can
                change anything.
              </Notice>
            )}
            <div>{children({ account, isOwner, canSign: isOwner && chainId === deps.config.chainId })}</div>
          </div>
        );
      }}
    </QueryView>
  );
};
