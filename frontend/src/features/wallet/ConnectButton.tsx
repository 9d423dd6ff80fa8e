import { useConnection, useDisconnect } from "wagmi";
import { Button } from "../../components/Button.tsx";
import { toShortHex } from "../../lib/format.ts";
import { useConnectDialog } from "./ConnectDialog.tsx";

export const ConnectButton = () => {
  const { address, connector, status } = useConnection();
  const { openConnect } = useConnectDialog();
  const { mutate: disconnect } = useDisconnect();
  if (address === undefined)
    return (
      <Button onClick={openConnect} disabled={status === "reconnecting"}>
        {status === "reconnecting" ? "Reconnecting…" : "Connect wallet"}
      </Button>
    );
  return (
    <details name="wallet-menu" className="group relative">
      <summary className="flex min-h-10 list-none items-center gap-2 rounded-lg border border-line bg-surface px-3 py-2 text-sm hover:border-strong [&::-webkit-details-marker]:hidden">
        <span aria-hidden="true" className="size-2 rounded-full bg-good" />
        <span className="font-mono text-[0.9em]">{toShortHex(address)}</span>
      </summary>
      <div className="absolute right-0 z-10 mt-2 w-64 max-w-[calc(100vw-2rem)] rounded-xl border border-line bg-surface p-4 text-sm shadow-lg">
        <p className="text-muted">Connected with {connector?.name}</p>
        <p className="mt-1 font-mono text-xs break-all">{address}</p>
        <Button variant="secondary" className="mt-4 w-full" onClick={() => disconnect({})}>
          Disconnect
        </Button>
      </div>
    </details>
  );
};
