import type { Address } from "viem";
import type { Action } from "./actions.ts";
import type { Scope } from "@latchkey/sdk";
import type { SessionPlan } from "./state.ts";
import type { CallContent } from "./rules.ts";

/** Who signed, and whether exactly what the manager will ask for. `tampered` names what was signed otherwise. */
export type Signed = { by: Address; tampered: "nothing" | "nonce" | "deadline" | "subject" | "domain" };

export type PlannedCall = CallContent & {
  scope: Scope;
  /** Whether the Merkle proof that travels with it is one. */
  isProven: boolean;
  /** What the data say, to their target. */
  action: Action;
};

/** A signed order with all that travels with it. */
export type Submission = {
  plan: SessionPlan;
  nonce: number;
  /** Seconds since the Unix epoch, inclusive. */
  deadline: number;
  gasLimit: number;
  calls: readonly PlannedCall[];
  /** Undefined = the key itself submits. */
  signature: Signed | undefined;
  lease: (Signed & { issuedAt: number }) | undefined;
  approval: Signed | undefined;
  /** How the packed bytes break the encoding. */
  broken: "nowhere" | "tail" | "cut" | "flags";
};

/** What a signed control message carries. */
export type ControlMessage = Signed & { controlNonce: number; deadline: number };

/** Either the sender is the authority, or a message is. */
export type Authority = { sender: Address; message: ControlMessage | undefined };

export type SessionAct = "revoke" | "surrender" | "suspend" | "resume";
export type AccountAct = "pause" | "unpause" | "revokeAll" | "setGuardian";

export type Step =
  | {
      kind: "grant";
      plan: SessionPlan;
      /** The scopes that are handed over; the plan's, unless the granter errs. */
      scopes: readonly Scope[];
      sender: Address;
      message: (Signed & { deadline: number }) | undefined;
    }
  | ({ kind: "session"; act: SessionAct; plan: SessionPlan } & Authority)
  | ({ kind: "account"; act: AccountAct; account: Address; guardian: Address | undefined } & Authority)
  | { kind: "module"; act: "onInstall" | "onUninstall"; account: Address }
  | {
      kind: "execute";
      /** `redeem` = as an ERC-7710 delegation. */
      by: "execute" | "redeem";
      submission: Submission;
      sender: Address;
      /** Whether the transaction brings less gas than the order signed. */
      isStarved: boolean;
    }
  | { kind: "batch"; submissions: readonly Submission[]; sender: Address; isStarved: boolean }
  | {
      kind: "misuse";
      submission: Submission;
      scopes: readonly Scope[];
      order: "of the session" | "of another";
      sender: Address;
    }
  /** The owner sets a standing allowance. */
  | { kind: "allow"; account: Address; token: Address; spender: Address; amount: bigint };

/** One step of a sequence, and how long after the one before. */
export type Operation = { seconds: number; step: Step };
