import { createContext, type ReactNode, use, useMemo, useState } from "react";
import { type Connector, useConnect, useConnection, useConnectionEffect, useConnectors } from "wagmi";
import { Dialog } from "../../components/Dialog.tsx";
import { Notice } from "../../components/Notice.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { toTransactionError } from "../../lib/transactionError.ts";

const ConnectContext = createContext<{ openConnect: () => void }>({ openConnect: () => undefined });

export const useConnectDialog = () => use(ConnectContext);

const WalletIcon = ({ connector }: { connector: Connector }) =>
  connector.icon === undefined ? (
    <span
      aria-hidden="true"
      className="grid size-9 place-items-center rounded-lg bg-brass-soft font-semibold text-brass"
    >
      {connector.name.slice(0, 1)}
    </span>
  ) : (
    <img src={connector.icon.trim()} alt="" className="size-9 rounded-lg" />
  );

/** Wallets that announced themselves (EIP-6963), and the local demo owner; wagmi's generic fallback only if alone. */
const toOffered = (connectors: readonly Connector[]): readonly Connector[] => {
  const named = connectors.filter(({ id }) => id !== "injected");
  return named.length > 0 ? named : connectors;
};

const WalletList = () => {
  const connectors = toOffered(useConnectors());
  const { mutate, error, variables, isPending } = useConnect();
  const { glossary } = useDeps();
  if (connectors.length === 0)
    return (
      <Notice title="No wallet found in this browser.">
        Install a browser wallet such as Rabby or MetaMask, then load this page again. Looking up an address needs none.
      </Notice>
    );
  return (
    <div className="space-y-3">
      <ul className="space-y-2">
        {connectors.map((connector) => {
          const isWaiting = isPending && variables.connector === connector;
          return (
            <li key={connector.uid}>
              <button
                type="button"
                disabled={isPending}
                onClick={() => mutate({ connector })}
                className="flex w-full items-center gap-3 rounded-xl border border-line px-4 py-3 text-left hover:border-strong hover:bg-sunken disabled:opacity-60"
              >
                <WalletIcon connector={connector} />
                <span className="min-w-0 flex-1">
                  <span className="block font-medium">{connector.name}</span>
                  {connector.type === "demo" && (
                    <span className="block text-xs text-muted">A funded test owner on this local chain</span>
                  )}
                </span>
                {isWaiting && <span className="text-xs text-muted">Waiting…</span>}
              </button>
            </li>
          );
        })}
      </ul>
      {error !== null && (
        <Notice tone="bad" role="alert" title="Not connected.">
          {toTransactionError(error, glossary)}
        </Notice>
      )}
    </div>
  );
};

/** One dialog for the whole app; the connection's status alone closes it. */
export const ConnectProvider = ({ children }: { children: ReactNode }) => {
  const [isOpen, setOpen] = useState(false);
  const { status } = useConnection();
  useConnectionEffect({ onConnect: () => setOpen(false) });
  const value = useMemo(() => ({ openConnect: () => setOpen(true) }), []);
  return (
    <ConnectContext value={value}>
      {children}
      <Dialog title="Connect a wallet" isOpen={isOpen && status !== "connected"} onClose={() => setOpen(false)}>
        <WalletList />
      </Dialog>
    </ConnectContext>
  );
};
