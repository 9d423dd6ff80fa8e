import { hexToBigInt, type Abi, type ContractErrorArgs, type ContractErrorName, type Hex } from "viem";
import { forbiddenSelectors } from "./generated/forbiddenSelectors.ts";
import type { sessionAccountAbi, sessionAccountFactoryAbi, sessionManagerAbi } from "./generated/abi.ts";
import { nativeToken as native } from "./nativeToken.ts";
import { spendMethods } from "./scope.ts";
import { sessionStatuses } from "./session.ts";
import { toDurationWords, toGrouped, toTimeWords, type Words } from "./words.ts";

/** What a sentence may draw on: names, and the sentence of an error inside the error. */
type Context = { words: Words; explain: (reason: Hex) => string };

/** For each error of a contract what it says. */
export type Sentences<abi extends Abi> = {
  [name in ContractErrorName<abi>]: (args: ContractErrorArgs<abi, name>, context: Context) => string;
};

const position = (index: bigint): string => `number ${toGrouped((index + 1n).toString())}`;
const gas = (amount: bigint): string => toGrouped(amount.toString());
/** Of a token that the error does not name. */
const units = (amount: bigint): string => `${toGrouped(amount.toString())} of the token's smallest units`;
const statusName = (status: number): string => sessionStatuses[status] ?? `status ${status}`;

export const managerSentences: Sentences<typeof sessionManagerAbi> = {
  AbiInvalid: ([word, max]) =>
    `The bytes do not follow the ABI: a word, offset or length is ${word}, where ${max} is the most there can be.`,
  AccountIsPaused: ([account]) =>
    `The account ${account} is paused: none of its sessions can be used until it unpauses.`,
  ApprovalInvalid: ([orderHash]) => `The approval that comes with the order ${orderHash} is not its approver's.`,
  ApprovalMissing: ([limit, unapproved, approveAbove]) =>
    `The order would bring what is spent unapproved under limit ${position(limit)} to ${units(unapproved)}, above ${units(approveAbove)}: the approver must co-sign it.`,
  ApproverInvalid: ([approver]) =>
    `${approver} cannot be the approver of this session: it must be an address or longer ERC-7913 bytes, and not the session key.`,
  ApproverMissing: ([limit]) =>
    `Limit ${position(limit)} asks for approval above an amount, but the session names no approver.`,
  CallDataInvalid: ([call, selector, length]) =>
    selector === "0x00000000"
      ? `Call ${position(call)} carries ${length} bytes of data, but its scope allows a plain transfer only, without data.`
      : `Call ${position(call)} does not call the function ${selector} its scope names, or is too short for it (${length} bytes).`,
  CallReverted: ([call, reason], { explain }) =>
    `Call ${position(call)} was refused by the contract it called: ${explain(reason)}`,
  CallValueTooHigh: ([call, value, maxValue], { words }) =>
    `Call ${position(call)} sends ${words.toAmount(value, native)}, but its scope allows at most ${words.toAmount(maxValue, native)}.`,
  CallerNotAllowed: ([caller]) => `${caller} may not do this.`,
  ControlExpired: ([deadline, now]) =>
    `The signed message could be used until ${toTimeWords(deadline)}, and it is ${toTimeWords(now)}.`,
  ControlNonceMismatch: ([given, current]) =>
    `The message was signed for control nonce ${given} of the account, which is at ${current} by now: sign it again.`,
  ControlSignatureInvalid: ([digest]) => `Nobody who may do this has signed the message with the digest ${digest}.`,
  DelegationInvalid: ([part, given, bound]) =>
    `The delegation is malformed: its ${part} is ${given}, which does not fit the bound of ${bound}.`,
  DelegationLengthsDiffer: () =>
    "The delegation is malformed: contexts, modes and calls, or scopes, proofs and calls, differ in number.",
  DelegationModeNotSupported: ([mode]) =>
    `The delegation asks for execution mode ${mode}: only one call or several, undone together if one fails, are possible.`,
  DelegationTargetMismatch: ([call, target, expected]) =>
    `Call ${position(call)} of the delegation goes to ${target}, but its scope's target is ${expected}.`,
  EncodingInvalid: () => "The packed order or session does not follow the encoding.",
  EpochMismatch: ([given, current]) =>
    `The session was made for epoch ${given} of the account, which is at epoch ${current}: make it again.`,
  ForbiddenTargetCalled: ([call, target]) => `Call ${position(call)} goes to ${target}, which no session may call.`,
  GrantNotByAccount: ([account, caller]) => `Only the account ${account} can grant its sessions, but ${caller} tried.`,
  InsufficientGas: ([available, required]) =>
    `The transaction has ${gas(available)} gas left, but the order needs ${gas(required)}.`,
  IntervalNotOver: ([nextAt, now]) =>
    `The session must wait between orders: the next may run at ${toTimeWords(nextAt)}, and it is ${toTimeWords(now)}.`,
  InventoryExceeded: ([limit, token, sold, held], { words }) =>
    `The order gives away ${words.toAmount(sold, token)}, but under limit ${position(limit)} the session holds only ${words.toAmount(held, token)} that it may sell.`,
  InventoryPeriodic: ([limit, period]) =>
    `Limit ${position(limit)} is an inventory, which counts for the session's lifetime, but has a period of ${toDurationWords(period)}.`,
  LeaseInvalid: ([sessionId, sentinel]) =>
    `The lease that comes with the order is not signed by the sentinel ${sentinel} for the session ${sessionId}.`,
  LeaseMissing: ([leaseTtl]) =>
    `The session needs a lease of its sentinel, no older than ${toDurationWords(leaseTtl)}, with every order.`,
  LeaseNotCurrent: ([issuedAt, leaseTtl, now]) =>
    `The lease was issued ${toTimeWords(issuedAt)} and is good for ${toDurationWords(leaseTtl)}, and it is ${toTimeWords(now)}: the sentinel must issue another.`,
  LimitAmountZero: ([limit]) => `Limit ${position(limit)} is of amount 0.`,
  LimitExceeded: ([limit, token, charged, amount], { words }) =>
    `The order would bring spending under limit ${position(limit)} to ${words.toAmount(charged, token)}, above its ${words.toAmount(amount, token)}.`,
  LimitMissing: ([scope, token], { words }) =>
    `Scope ${position(scope)} can move ${words.toName(token)}, so the session needs a limit on it that bounds what leaves.`,
  LimitTokenZero: ([limit]) => `Limit ${position(limit)} names no token.`,
  ManagerAlreadyInstalled: ([account]) => `The account ${account} has already installed the session manager.`,
  MaxOrdersZero: () => "The session allows no orders.",
  MisuseNotEnding: ([sessionId]) => `The session ${sessionId} does not end by a proof of misuse.`,
  MisuseNotProven: ([orderHash]) => `The session allows every call of the order ${orderHash}, so it proves no misuse.`,
  NoScopes: () => "The session allows no calls.",
  NonceTooHigh: ([nonce, maxOrders]) =>
    `The order's nonce is ${nonce}, but the session allows ${toGrouped(maxOrders.toString())} orders, so ${maxOrders - 1} is the last.`,
  NonceTooOld: ([nonce, oldest]) =>
    `The order's nonce ${nonce} is too old: anything below ${oldest} counts as used by now.`,
  NonceUsed: ([nonce]) => `The order's nonce ${nonce} has been used.`,
  OrderExpired: ([deadline, now]) =>
    `The order could run until ${toTimeWords(deadline)}, and it is ${toTimeWords(now)}.`,
  OrderOfOtherSession: ([given, expected]) => `The order is of the session ${given}, not of ${expected}.`,
  OrderOutOfGas: ([available, required]) =>
    `The order's gas limit is too low: ${gas(available)} gas is left where ${gas(required)} is needed.`,
  PolicyInvalid: ([scope, policy]) =>
    `Scope ${position(scope)} names ${policy} as its policy, which must be a contract other than the account and the manager.`,
  PolicyRejected: ([call, policy, reason], { words, explain }) =>
    `Call ${position(call)} was rejected by the policy ${words.toName(policy)}: ${explain(reason)}`,
  RuleBroken: ([call, rule, word]) =>
    `Call ${position(call)} breaks rule ${position(rule)} of its scope with the argument ${word}.`,
  RuleInvalid: ([scope, rule]) =>
    `Rule ${position(rule)} of scope ${position(scope)} has a number of values its operator does not take, or no argument to compare.`,
  RuleOutOfBounds: ([call, rule, length]) =>
    `Call ${position(call)} has ${length} bytes of data, too few for rule ${position(rule)} of its scope.`,
  ScopeNotGranted: ([call, leaf]) =>
    `Call ${position(call)} names the scope ${leaf}, which the session does not have for it.`,
  ScopesNotSorted: ([scope]) => `Scope ${position(scope)} is a duplicate or out of order.`,
  ScopesRootMismatch: ([given, computed]) => `The scopes hash to ${computed}, but the session commits to ${given}.`,
  SelectorForbidden: ([scope, target, selector], { words }) =>
    `Scope ${position(scope)} names ${forbiddenSelectors[selector] ?? selector} on ${words.toName(target)}, which no session may call.`,
  SentinelInvalid: ([sentinel]) =>
    hexToBigInt(sentinel) === 0n
      ? `The session asks for a lease or lets its sentinel revoke it, but names no sentinel (${sentinel}).`
      : `The session names ${sentinel} as its sentinel, which is its own key.`,
  SessionAlreadyKnown: ([sessionId, status]) =>
    `The session ${sessionId} is already ${statusName(status)} and cannot be granted again.`,
  SessionAlreadyRevoked: ([sessionId]) => `The session ${sessionId} is already revoked.`,
  SessionExpired: ([validUntil, now]) => `The session ended ${toTimeWords(validUntil)}, and it is ${toTimeWords(now)}.`,
  SessionNotActive: ([sessionId, status]) =>
    statusName(status) === "none"
      ? `The session ${sessionId} has not been granted.`
      : `The session ${sessionId} is ${statusName(status)}.`,
  SessionNotYetValid: ([validAfter, now]) =>
    `The session starts ${toTimeWords(validAfter)}, and it is ${toTimeWords(now)}.`,
  SessionStatusMismatch: ([sessionId, status, expected]) =>
    `The session ${sessionId} is ${statusName(status)}, but this needs it to be ${statusName(expected)}.`,
  SessionSuperseded: ([sessionEpoch, accountEpoch]) =>
    `The account has revoked all its earlier sessions: it is at epoch ${accountEpoch}, and this session is of epoch ${sessionEpoch}.`,
  SignatureInvalid: ([orderHash]) => `The signature of the order ${orderHash} is not the session key's.`,
  SignerInvalid: ([signer]) => `${signer} cannot be the session key of this session.`,
  SpendTokenInvalid: ([scope, spendToken, spendMethod], { words }) =>
    `Scope ${position(scope)} lets its target take ${words.toName(spendToken)} by ${spendMethods[spendMethod] ?? spendMethod}, which makes no sense.`,
  SubmitterNotAllowed: ([submitter, relayer]) =>
    `Only ${relayer} may submit orders of this session, but ${submitter} tried.`,
  TargetForbidden: ([scope, target]) => `Scope ${position(scope)} names ${target}, which no session may call.`,
  TokenRefused: ([token], { words }) => `The token ${words.toName(token)} refused the transfer or approval.`,
  TokenUnreadable: ([token], { words }) => `The token ${words.toName(token)} does not tell balances or allowances.`,
  TooManyLimits: ([count, max]) => `The session has ${count} limits; ${max} is the most.`,
  TooManyRules: ([scope, count, max]) => `Scope ${position(scope)} has ${count} rules; ${max} is the most.`,
  ValidityInvalid: ([validAfter, validUntil, maxDuration]) =>
    validUntil <= validAfter
      ? `The session would end ${toTimeWords(validUntil)}, which is not after its start ${toTimeWords(validAfter)}.`
      : `The session would run from ${toTimeWords(validAfter)} to ${toTimeWords(validUntil)}, longer than ${toDurationWords(maxDuration)}.`,
  ValidityOver: ([validUntil, now]) =>
    `The session would end ${toTimeWords(validUntil)}, which is already over: it is ${toTimeWords(now)}.`,
};

export const accountSentences: Sentences<typeof sessionAccountAbi> = {
  AccountUnauthorized: ([sender]) => `${sender} does not own the account.`,
  ERC7579DecodingError: () => "The account could not read the batch it was asked to execute.",
  ExecutorNotAllowed: ([caller, manager]) =>
    `Only the session manager ${manager} may use the account, but ${caller} tried.`,
  FailedCall: () => "A call of the account failed without saying why.",
  InvalidShortString: () => "A short string of the account is malformed.",
  OutOfRangeAccess: () => "The account could not read the batch it was asked to execute.",
  StringTooLong: ([text]) => `The text "${text}" is too long for the account.`,
  UnsupportedExecutionMode: () => "The account does not execute in this mode.",
};

export const factorySentences: Sentences<typeof sessionAccountFactoryAbi> = {
  CloneArgumentsTooLong: () => "The account's arguments are too long.",
  Create2EmptyBytecode: () => "There is no code to create the account with.",
  FailedDeployment: () => "The account could not be created.",
  InsufficientBalance: ([balance, needed], { words }) =>
    `The factory holds ${words.toAmount(balance, native)}, but needs ${words.toAmount(needed, native)}.`,
  OwnerInvalid: ([owner]) => `${owner} cannot own an account.`,
};
