import { type Glossary, toErrorSentence } from "@latchkey/sdk";
import { BaseError, InsufficientFundsError, UserRejectedRequestError } from "viem";

/** One sentence for whatever stopped a transaction: the contract's own reason where there is one. */
export const toTransactionError = (error: unknown, glossary: Glossary): string => {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof BaseError) {
    if (error.walk((cause) => cause instanceof UserRejectedRequestError) !== null)
      return "You declined in the wallet. Nothing was sent.";
    if (error.walk((cause) => cause instanceof InsufficientFundsError) !== null)
      return "The connected wallet holds too little to pay for the transaction and its fee.";
  }
  return toErrorSentence(error, glossary).sentence;
};
