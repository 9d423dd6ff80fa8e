import type { Address, Hex } from "viem";
import type { Scope, Session } from "@latchkey/sdk";
import { copyLedger, type Ledger } from "./ledger.ts";
import type { Meter } from "./limits.ts";
import { emptyNonceWindow, type NonceWindow } from "./nonceWindow.ts";

/** A session as its owner may grant it, and its id. Addresses in lower case. */
export type SessionPlan = { id: Hex; session: Session; scopes: readonly Scope[] };

/** What a session is by itself, whatever time and account make of it. */
export type StoredStatus = "none" | "active" | "suspended" | "revoked";

export type SessionRecord = {
  status: StoredStatus;
  nonces: NonceWindow;
  /** Seconds since the Unix epoch of the last order; 0 = none. */
  lastUsedAt: number;
  /** One a limit. */
  meters: readonly Meter[];
};

export type AccountRecord = {
  epoch: number;
  paused: boolean;
  controlNonce: number;
  /** Undefined = nobody. */
  guardian: Address | undefined;
  installed: boolean;
};

export type ModelState = {
  /** Seconds since the Unix epoch. */
  now: number;
  readonly sessions: Map<Hex, SessionRecord>;
  readonly accounts: Map<Address, AccountRecord>;
  ledger: Ledger;
};

const newAccount: AccountRecord = {
  epoch: 0,
  paused: false,
  controlNonce: 0,
  guardian: undefined,
  installed: false,
};

export function getAccount(state: ModelState, account: Address): AccountRecord {
  return state.accounts.get(account) ?? newAccount;
}

export function getSession(state: ModelState, plan: SessionPlan): SessionRecord {
  return state.sessions.get(plan.id) ?? { status: "none", nonces: emptyNonceWindow, lastUsedAt: 0, meters: [] };
}

export function setAccount(state: ModelState, account: Address, change: Partial<AccountRecord>): void {
  state.accounts.set(account, { ...getAccount(state, account), ...change });
}

export function setSession(state: ModelState, plan: SessionPlan, change: Partial<SessionRecord>): void {
  state.sessions.set(plan.id, { ...getSession(state, plan), ...change });
}

/** Records are never written to, so a copy of the maps is a copy of all. */
export function copyState(state: ModelState): ModelState {
  return {
    now: state.now,
    sessions: new Map(state.sessions),
    accounts: new Map(state.accounts),
    ledger: copyLedger(state.ledger),
  };
}
