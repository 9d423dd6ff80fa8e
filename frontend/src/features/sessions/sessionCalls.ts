import {
  encodeAccountExecute,
  encodePause,
  encodeResume,
  encodeRevoke,
  encodeRevokeAll,
  encodeUnpause,
  type Session,
} from "@latchkey/sdk";
import type { Hex } from "viem";
import type { Account } from "../../lib/accountQueries.ts";
import type { AppConfig } from "../../lib/config.ts";
import type { TransactionRequest } from "../../lib/transaction.ts";

/** The owner has the account call the manager. */
const toManagerRequest = (config: AppConfig, account: Account, data: Hex): TransactionRequest => ({
  from: account.owner,
  to: account.address,
  data: encodeAccountExecute([{ target: config.manager, value: 0n, data }]),
});

export const toRevokeRequest = (config: AppConfig, account: Account, session: Session): TransactionRequest =>
  toManagerRequest(config, account, encodeRevoke(session));

export const toResumeRequest = (config: AppConfig, account: Account, session: Session): TransactionRequest =>
  toManagerRequest(config, account, encodeResume(session));

export const toRevokeAllRequest = (config: AppConfig, account: Account): TransactionRequest =>
  toManagerRequest(config, account, encodeRevokeAll());

export const toPauseRequest = (config: AppConfig, account: Account): TransactionRequest =>
  toManagerRequest(config, account, encodePause(account.address));

export const toUnpauseRequest = (config: AppConfig, account: Account): TransactionRequest =>
  toManagerRequest(config, account, encodeUnpause());
