import { zeroAddress, zeroHash, type Address, type Hex } from "viem";
import { admitGrant } from "./admitGrant.ts";
import { SessionInvalidError } from "./errors.ts";
import { packSession } from "./packSession.ts";
import type { Scope } from "./scope.ts";
import { sortScopes, toScopesRoot } from "./scopesTree.ts";
import type { AccountKind, Limit, LimitKind, Session } from "./session.ts";
import { toErrorSentence } from "./toErrorSentence.ts";
import { unpackSession } from "./unpackSession.ts";
import type { Glossary } from "./words.ts";

export type LimitInput = {
  token: Address;
  amount: bigint;
  /** Seconds. Default 0: the session's lifetime. */
  period?: number;
  approveAbove?: bigint;
  /** Default `gross`. */
  kind?: LimitKind;
};

export type SessionInput = {
  account: Address;
  /** Address of the session key, or longer ERC-7913 bytes. */
  signer: Hex;
  /** Seconds since the Unix epoch. Default: now. */
  validAfter?: number;
  validUntil: number;
  maxOrders: number;
  limits: readonly LimitInput[];
  scopes: readonly Scope[];
  /** The account's epoch, from `accountStateOf`. Default 0, that of an account that never revoked all. */
  epoch?: number;
  accountKind?: AccountKind;
  minInterval?: number;
  relayer?: Address;
  sentinel?: Address;
  sentinelMayRevoke?: boolean;
  leaseTtl?: number;
  approver?: Hex;
  revokeOnMisuse?: boolean;
  salt?: Hex;
};

/**
 * A session and its scopes, ready to grant: defaults filled, scopes sorted, their root set.
 * Throws `SessionInvalidError` with a sentence if the manager would refuse them.
 */
export function createSession(
  input: SessionInput,
  { manager, glossary }: { manager?: Address; glossary?: Glossary } = {},
): { session: Session; scopes: Scope[] } {
  const now = Math.floor(Date.now() / 1000);
  if (input.scopes.length === 0)
    throw new SessionInvalidError(toErrorSentence({ name: "NoScopes", args: [] }).sentence);
  const scopes = sortScopes(input.scopes);
  const filled: Session = {
    account: input.account,
    accountKind: input.accountKind ?? "sessionAccount",
    signer: input.signer,
    validAfter: input.validAfter ?? now,
    validUntil: input.validUntil,
    maxOrders: input.maxOrders,
    minInterval: input.minInterval ?? 0,
    epoch: input.epoch ?? 0,
    relayer: input.relayer ?? zeroAddress,
    sentinel: input.sentinel ?? zeroAddress,
    sentinelMayRevoke: input.sentinelMayRevoke ?? false,
    leaseTtl: input.leaseTtl ?? 0,
    approver: input.approver ?? "0x",
    revokeOnMisuse: input.revokeOnMisuse ?? false,
    scopesRoot: toScopesRoot(scopes),
    salt: input.salt ?? zeroHash,
    limits: input.limits.map(toLimit),
  };
  // Through its packed form, which refuses what a field cannot hold and writes addresses in one way.
  const session = unpackSession(packSession(filled));
  const refusal = admitGrant({ session, scopes, now, ...(manager === undefined ? {} : { manager }) });
  if (refusal !== undefined) throw new SessionInvalidError(toErrorSentence(refusal, glossary).sentence);
  return { session, scopes };
}

function toLimit({ token, amount, period = 0, approveAbove = 0n, kind = "gross" }: LimitInput): Limit {
  return { token, amount, period, approveAbove, kind };
}
