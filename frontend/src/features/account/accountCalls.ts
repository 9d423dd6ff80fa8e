import { encodeAccountExecute, sessionAccountFactoryAbi } from "@latchkey/sdk";
import { type Address, encodeFunctionData, erc20Abi, zeroHash } from "viem";
import type { Account } from "../../lib/accountQueries.ts";
import type { AppConfig } from "../../lib/config.ts";
import { isNative } from "../../lib/tokens.ts";
import type { TransactionRequest } from "../../lib/transaction.ts";

type Transfer = { token: Address; to: Address; amount: bigint };

const toTransferCall = ({ token, to, amount }: Transfer) =>
  isNative(token)
    ? { target: to, value: amount, data: "0x" as const }
    : {
        target: token,
        value: 0n,
        data: encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args: [to, amount] }),
      };

export const toCreateRequest = (config: AppConfig, owner: Address): TransactionRequest => ({
  from: owner,
  to: config.factory,
  data: encodeFunctionData({ abi: sessionAccountFactoryAbi, functionName: "createAccount", args: [owner, zeroHash] }),
});

/** A plain transfer from the owner's wallet. */
export const toDepositRequest = (account: Account, token: Address, amount: bigint): TransactionRequest => {
  const { target, value, data } = toTransferCall({ token, to: account.address, amount });
  return { from: account.owner, to: target, value, data };
};

/** The account sends to its owner. */
export const toWithdrawRequest = (account: Account, token: Address, amount: bigint): TransactionRequest => ({
  from: account.owner,
  to: account.address,
  data: encodeAccountExecute([toTransferCall({ token, to: account.owner, amount })]),
});
