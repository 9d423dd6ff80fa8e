import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Address, type Hex, TransactionNotFoundError, WaitForTransactionReceiptTimeoutError } from "viem";
import { call, estimateGas, sendTransaction } from "viem/actions";
import { getConnectorClient } from "wagmi/actions";
import { type Deps, useDeps } from "./deps.tsx";
import { AppError } from "./errors.ts";
import { toTransactionError } from "./transactionError.ts";

export type TransactionRequest = { from: Address; to: Address; data?: Hex; value?: bigint };

export type TransactionState =
  | { step: "idle" }
  | { step: "checking" }
  | { step: "signing" }
  | { step: "sent"; hash: Hex }
  | { step: "confirmed"; hash: Hex; blockNumber: bigint }
  | { step: "failed"; hash?: Hex; reason: string };

const confirmTimeoutMs = 180_000;

const toCallRequest = ({ from, to, data, value }: TransactionRequest) => ({
  account: from,
  to,
  data: data ?? "0x",
  value: value ?? 0n,
});

/** Why a mined transaction reverted, by running it again on the state its block left. */
const findRevertReason = async (deps: Deps, request: TransactionRequest, blockNumber: bigint): Promise<string> => {
  try {
    await call(deps.client, { ...toCallRequest(request), blockNumber });
    return "The transaction was reverted; the chain gives no reason.";
  } catch (error) {
    return toTransactionError(error, deps.glossary);
  }
};

/**
 * Simulates, has the wallet sign, sends, and waits for the receipt, saying each step. A transaction that would revert
 * is not offered for signing.
 */
export const runTransaction = async (
  deps: Deps,
  request: TransactionRequest,
  onState: (state: TransactionState) => void,
): Promise<TransactionState> => {
  const say = <state extends TransactionState>(state: state): state => {
    onState(state);
    return state;
  };
  let hash: Hex | undefined;
  try {
    say({ step: "checking" });
    const wallet = await getConnectorClient(deps.wagmiConfig, { chainId: deps.config.chainId });
    if (wallet.account.address.toLowerCase() !== request.from.toLowerCase())
      throw new AppError("The wallet is on another address now. Go back to the address that owns this account.");
    const gas = await estimateGas(deps.client, toCallRequest(request));
    say({ step: "signing" });
    hash = await sendTransaction(wallet, {
      ...toCallRequest(request),
      account: wallet.account,
      chain: deps.client.chain,
      // The state may move between the estimate and the block.
      gas: (gas * 12n) / 10n,
    });
    say({ step: "sent", hash });
    const receipt = await deps.client.waitForTransactionReceipt({ hash, timeout: confirmTimeoutMs });
    const mined = receipt.transactionHash;
    if (receipt.status === "success") {
      const confirmed = say({ step: "confirmed", hash: mined, blockNumber: receipt.blockNumber });
      await deps.queryClient.invalidateQueries();
      return confirmed;
    }
    return say({ step: "failed", hash: mined, reason: await findRevertReason(deps, request, receipt.blockNumber) });
  } catch (error) {
    const isUnseen =
      error instanceof WaitForTransactionReceiptTimeoutError || error instanceof TransactionNotFoundError;
    const reason = isUnseen
      ? "The transaction is not in a block after three minutes. It may still be mined; look it up before trying again."
      : toTransactionError(error, deps.glossary);
    return say({ step: "failed", reason, ...(hash === undefined ? {} : { hash }) });
  }
};

/** One transaction at a time, with its state; `run` answers the final one. */
export const useTransaction = () => {
  const deps = useDeps();
  const [state, setState] = useState<TransactionState>({ step: "idle" });
  const { mutateAsync } = useMutation({
    mutationFn: (request: TransactionRequest) => runTransaction(deps, request, setState),
  });
  return {
    state,
    isBusy: state.step === "checking" || state.step === "signing" || state.step === "sent",
    run: mutateAsync,
    reset: () => setState({ step: "idle" }),
  };
};

export type Transaction = ReturnType<typeof useTransaction>;
