import { useConnection, useSwitchChain } from "wagmi";
import { Button } from "../../components/Button.tsx";
import { Notice } from "../../components/Notice.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { toTransactionError } from "../../lib/transactionError.ts";

/** Shown while the wallet is on another chain than this page; reading goes on, signing can't. */
export const NetworkNotice = () => {
  const { config, glossary } = useDeps();
  const { chainId, status } = useConnection();
  const { mutate, isPending, error } = useSwitchChain();
  if (status !== "connected" || chainId === config.chainId) return null;
  return (
    <Notice
      tone="warn"
      role="alert"
      title={`Your wallet is on another network (chain ${chainId}).`}
      action={
        <Button disabled={isPending} onClick={() => mutate({ chainId: config.chainId })}>
          {isPending ? "Confirm in your wallet…" : `Switch to ${config.chainName}`}
        </Button>
      }
    >
      {error === null
        ? `You can look, but to sign anything here the wallet must be on ${config.chainName} (chain ${config.chainId}).`
        : toTransactionError(error, glossary)}
    </Notice>
  );
};
