import type { Address, Hex } from "viem";

/** What owners filter by. */
export const activityKinds = ["orders", "refused", "keys", "stops"] as const;
export type ActivityKind = (typeof activityKinds)[number];

export const isActivityKind = (value: unknown): value is ActivityKind => activityKinds.some((kind) => kind === value);

/** One event of the manager about an account, whoever reported it. */
export type ActivityEntry = {
  /** `<block>-<log index>`; unique on one chain. */
  id: string;
  blockNumber: bigint;
  logIndex: number;
  transactionHash: Hex;
} & (
  | { name: "OrderExecuted"; sessionId: Hex; orderHash: Hex; nonce: number }
  | { name: "OrderFailed"; sessionId: Hex; orderHash: Hex; nonce: number; reason: Hex }
  | { name: "OrderSkipped"; sessionId: Hex; reason: Hex }
  | { name: "SessionGranted"; sessionId: Hex }
  | { name: "SessionRevoked"; sessionId: Hex; by: Address }
  | { name: "SessionSuspended"; sessionId: Hex; by: Address }
  | { name: "SessionResumed"; sessionId: Hex }
  | { name: "MisuseProven"; sessionId: Hex; orderHash: Hex }
  | { name: "SessionsRevoked" }
  | { name: "GuardianSet"; guardian: Address }
  | { name: "AccountPaused"; by: Address }
  | { name: "AccountUnpaused" }
);

const kinds: Record<ActivityEntry["name"], ActivityKind> = {
  OrderExecuted: "orders",
  OrderFailed: "refused",
  OrderSkipped: "refused",
  SessionGranted: "keys",
  SessionRevoked: "keys",
  SessionSuspended: "keys",
  SessionResumed: "keys",
  MisuseProven: "keys",
  SessionsRevoked: "stops",
  GuardianSet: "stops",
  AccountPaused: "stops",
  AccountUnpaused: "stops",
};

export const toKind = (entry: ActivityEntry): ActivityKind => kinds[entry.name];

export const toSessionId = (entry: ActivityEntry): Hex | undefined =>
  "sessionId" in entry ? entry.sessionId : undefined;

/** Newest first. */
export const compareEntries = (a: ActivityEntry, b: ActivityEntry): number => {
  if (a.blockNumber !== b.blockNumber) return a.blockNumber > b.blockNumber ? -1 : 1;
  return b.logIndex - a.logIndex;
};
