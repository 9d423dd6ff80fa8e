import type { Address, Hex } from "viem";
import {
  readAddress,
  readBigint,
  readHex,
  readList,
  readNumber,
  readObject,
  readOneOf,
  readOptional,
  readString,
} from "./jsonReader.ts";
import type { Scope } from "./scope.ts";
import { sessionStatuses, type Session, type SessionStatus } from "./session.ts";
import { parseScopeJson, parseSessionJson } from "./wire.ts";

export const orderStatuses = ["accepted", "submitted", "confirmed", "failed", "expired", "cancelled"] as const;
export type OrderStatus = (typeof orderStatuses)[number];

/** Where an order stands. The last four statuses are final. */
export type OrderState = {
  orderHash: Hex;
  status: OrderStatus;
  sessionId: Hex | undefined;
  account: Address | undefined;
  nonce: number | undefined;
  transactionHash: Hex | undefined;
  blockNumber: bigint | undefined;
  /** Why it failed or expired. */
  reason: OrderReason | undefined;
};

/** Name and arguments of the error, and a sentence for people. */
export type OrderReason = { name: string; args: readonly unknown[]; sentence: string };

export type LimitRemaining = {
  /** Index in `session.limits`. */
  limit: number;
  token: Address;
  amount: bigint;
  /** Left on chain now. */
  remaining: bigint;
  /** Of it, held by orders in flight; told only to the session's key and its account's owner. */
  reserved: bigint | undefined;
};

export type SessionState = {
  sessionId: Hex;
  status: SessionStatus;
  session: Session;
  scopes: Scope[];
  nextNonce: number;
  remaining: LimitRemaining[];
  /** The block all this is true of. */
  block: { number: bigint; hash: Hex } | undefined;
  /** Seconds since the Unix epoch. */
  lastUsedAt: number | undefined;
};

/** Something that happened, on chain or to an order. */
export type RelayerEvent = {
  /** A whole number: events of higher ones came later. */
  id: string;
  /** Name of the manager's event, `EventUndone` or `OrderChanged`. */
  name: string;
  data: Readonly<Record<string, unknown>>;
};

export type RelayerInfo = {
  chainId: number;
  manager: Address;
  relayer: Address | undefined;
  /** Whom sessions name as their sentinel so that this relayer watches and leases them, if it does. */
  sentinel: Address | undefined;
  version: string | undefined;
};

export function parseOrderState(json: unknown): OrderState {
  const fields = readObject(json, "order");
  return {
    orderHash: readHex(fields["orderHash"], "orderHash", 32),
    status: readOneOf(fields["status"], "status", orderStatuses),
    sessionId: readOptional(fields["sessionId"], "sessionId", readHash),
    account: readOptional(fields["account"], "account", readAddress),
    nonce: readOptional(fields["nonce"], "nonce", readWhole),
    transactionHash: readOptional(fields["transactionHash"], "transactionHash", readHash),
    blockNumber: readOptional(fields["blockNumber"], "blockNumber", readBlockNumber),
    reason: readOptional(fields["reason"], "reason", readReason),
  };
}

export function parseSessionState(json: unknown, path = "session state"): SessionState {
  const fields = readObject(json, path);
  return {
    sessionId: readHex(fields["sessionId"], "sessionId", 32),
    status: readOneOf(fields["status"], "status", sessionStatuses),
    session: parseSessionJson(fields["session"]),
    scopes: readList(fields["scopes"], "scopes", parseScopeJson),
    nextNonce: readNumber(fields["nextNonce"], "nextNonce", 24),
    remaining: readList(fields["remaining"], "remaining", readRemaining),
    block: readOptional(fields["block"], "block", readBlock),
    lastUsedAt: readOptional(fields["lastUsedAt"], "lastUsedAt", readWhole),
  };
}

export function parseSessionStates(json: unknown): SessionState[] {
  return readList(readObject(json, "answer")["sessions"], "sessions", parseSessionState);
}

export function parseRelayerEvents(json: unknown): RelayerEvent[] {
  return readList(readObject(json, "answer")["events"], "events", (value, path) => {
    const { id, event, data } = readObject(value, path);
    return {
      id: readString(id, `${path}.id`),
      name: readString(event, `${path}.event`),
      data: readObject(data, `${path}.data`),
    };
  });
}

export function parseRelayerInfo(json: unknown): RelayerInfo {
  const fields = readObject(json, "info");
  return {
    chainId: readNumber(fields["chainId"], "chainId"),
    manager: readAddress(fields["manager"], "manager"),
    relayer: readOptional(fields["relayer"], "relayer", readAddress),
    sentinel: readOptional(fields["sentinel"], "sentinel", readAddress),
    version: readOptional(fields["version"], "version", readString),
  };
}

const controlKinds = ["surrender", "revoke", "pause", "sentinel-suspend", "sentinel-revoke", "report-misuse"] as const;
const controlStatuses = ["waiting", "submitted", "done", "failed"] as const;

/** Where a call of the manager stands that is no order. The last two statuses are final. */
export type ControlState = {
  id: string;
  kind: (typeof controlKinds)[number];
  account: Address;
  sessionId: Hex | undefined;
  status: (typeof controlStatuses)[number];
  transactionHash: Hex | undefined;
  /** Why it failed. */
  reason: OrderReason | undefined;
};

export function parseControlState(json: unknown): ControlState {
  const fields = readObject(json, "control");
  return {
    id: readString(fields["id"], "id"),
    kind: readOneOf(fields["kind"], "kind", controlKinds),
    account: readAddress(fields["account"], "account"),
    sessionId: readOptional(fields["sessionId"], "sessionId", readHash),
    status: readOneOf(fields["status"], "status", controlStatuses),
    transactionHash: readOptional(fields["transactionHash"], "transactionHash", readHash),
    reason: readOptional(fields["reason"], "reason", readReason),
  };
}

/** A sentinel's lease, as orders carry it. */
export type IssuedLease = {
  lease: Hex;
  /** Seconds since the Unix epoch, inclusive. */
  issuedAt: number;
  /** Exclusive. */
  expiresAt: number;
};

export function parseIssuedLease(json: unknown): IssuedLease {
  const fields = readObject(json, "lease");
  return {
    lease: readHex(fields["lease"], "lease"),
    issuedAt: readNumber(fields["issuedAt"], "issuedAt", 48),
    expiresAt: readNumber(fields["expiresAt"], "expiresAt", 48),
  };
}

export function parseSimulation(json: unknown): { gasUsed: bigint | undefined } {
  const fields = readObject(json, "simulation");
  return { gasUsed: readOptional(fields["gasUsed"], "gasUsed", readBlockNumber) };
}

const readHash = (value: unknown, path: string): Hex => readHex(value, path, 32);
const readWhole = (value: unknown, path: string): number => readNumber(value, path);

/** A number small enough for JSON's, or a decimal string. */
function readBlockNumber(value: unknown, path: string): bigint {
  return typeof value === "number" ? BigInt(readNumber(value, path)) : readBigint(value, path);
}

function readBlock(value: unknown, path: string): { number: bigint; hash: Hex } {
  const { number, hash } = readObject(value, path);
  return { number: readBlockNumber(number, `${path}.number`), hash: readHash(hash, `${path}.hash`) };
}

function readRemaining(value: unknown, path: string): LimitRemaining {
  const fields = readObject(value, path);
  return {
    limit: readNumber(fields["limit"], `${path}.limit`),
    token: readAddress(fields["token"], `${path}.token`),
    amount: readBigint(fields["amount"], `${path}.amount`),
    remaining: readBigint(fields["remaining"], `${path}.remaining`),
    reserved: readOptional(fields["reserved"], `${path}.reserved`, readBigint),
  };
}

function readReason(value: unknown, path: string): OrderReason {
  const { name, args, sentence } = readObject(value, path);
  return {
    name: readString(name, `${path}.name`),
    args: readOptional(args, `${path}.args`, (list, at) => readList(list, at, (entry) => entry)) ?? [],
    sentence: readString(sentence, `${path}.sentence`),
  };
}
