import {
  readAddress,
  readBigint,
  readBoolean,
  readHex,
  readList,
  readNumber,
  readObject,
  readOneOf,
  readOptional,
} from "./jsonReader.ts";
import type { Call, Order, SignedOrder } from "./order.ts";
import { ruleOps, spendMethods, type Rule, type Scope } from "./scope.ts";
import { accountKinds, limitKinds, type Limit, type Session } from "./session.ts";

/** On the wire every bigint is a decimal string; nothing else differs. Unknown fields are refused. */
type Wire<T> = T extends bigint
  ? string
  : T extends readonly (infer Entry)[]
    ? readonly Wire<Entry>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;

export type CallJson = Wire<Call>;
export type OrderJson = Wire<Order>;
export type SignedOrderJson = Wire<SignedOrder>;
export type SessionJson = Wire<Session>;
export type ScopeJson = Wire<Scope>;

export function toOrderJson(order: Order): OrderJson {
  return { ...order, calls: order.calls.map((call) => ({ ...call, value: call.value.toString() })) };
}

export function parseOrderJson(json: unknown, path = "order"): Order {
  const fields = readObject(json, path, ["sessionId", "nonce", "deadline", "gasLimit", "calls"]);
  return {
    sessionId: readHex(fields["sessionId"], `${path}.sessionId`, 32),
    nonce: readNumber(fields["nonce"], `${path}.nonce`, 24),
    deadline: readNumber(fields["deadline"], `${path}.deadline`, 48),
    gasLimit: readNumber(fields["gasLimit"], `${path}.gasLimit`, 32),
    calls: readList(fields["calls"], `${path}.calls`, parseCallJson),
  };
}

export function toSignedOrderJson({ order, ...proofs }: SignedOrder): SignedOrderJson {
  return { ...proofs, order: toOrderJson(order) };
}

export function parseSignedOrderJson(json: unknown, path = "body"): SignedOrder {
  const fields = readObject(json, path, ["order", "signature", "lease", "approval"]);
  const lease = readOptional(fields["lease"], "lease", readHex);
  const approval = readOptional(fields["approval"], "approval", readHex);
  return {
    order: parseOrderJson(fields["order"], "order"),
    signature: readHex(fields["signature"], "signature"),
    ...(lease !== undefined && { lease }),
    ...(approval !== undefined && { approval }),
  };
}

export function toSessionJson(session: Session): SessionJson {
  return {
    ...session,
    limits: session.limits.map((limit) => ({
      ...limit,
      amount: limit.amount.toString(),
      approveAbove: limit.approveAbove.toString(),
    })),
  };
}

export function parseSessionJson(json: unknown, path = "session"): Session {
  const fields = readObject(json, path, sessionFields);
  return {
    account: readAddress(fields["account"], `${path}.account`),
    accountKind: readOneOf(fields["accountKind"], `${path}.accountKind`, accountKinds),
    signer: readHex(fields["signer"], `${path}.signer`),
    validAfter: readNumber(fields["validAfter"], `${path}.validAfter`, 48),
    validUntil: readNumber(fields["validUntil"], `${path}.validUntil`, 48),
    maxOrders: readNumber(fields["maxOrders"], `${path}.maxOrders`, 24),
    minInterval: readNumber(fields["minInterval"], `${path}.minInterval`, 32),
    epoch: readNumber(fields["epoch"], `${path}.epoch`, 32),
    relayer: readAddress(fields["relayer"], `${path}.relayer`),
    sentinel: readAddress(fields["sentinel"], `${path}.sentinel`),
    sentinelMayRevoke: readBoolean(fields["sentinelMayRevoke"], `${path}.sentinelMayRevoke`),
    leaseTtl: readNumber(fields["leaseTtl"], `${path}.leaseTtl`, 32),
    approver: readHex(fields["approver"], `${path}.approver`),
    revokeOnMisuse: readBoolean(fields["revokeOnMisuse"], `${path}.revokeOnMisuse`),
    scopesRoot: readHex(fields["scopesRoot"], `${path}.scopesRoot`, 32),
    salt: readHex(fields["salt"], `${path}.salt`, 32),
    limits: readList(fields["limits"], `${path}.limits`, parseLimitJson),
  };
}

export function toScopeJson(scope: Scope): ScopeJson {
  return { ...scope, maxValue: scope.maxValue.toString() };
}

export function parseScopeJson(json: unknown, path = "scope"): Scope {
  const fields = readObject(json, path, scopeFields);
  return {
    target: readAddress(fields["target"], `${path}.target`),
    selector: readHex(fields["selector"], `${path}.selector`, 4),
    maxValue: readBigint(fields["maxValue"], `${path}.maxValue`, 128),
    spendToken: readAddress(fields["spendToken"], `${path}.spendToken`),
    spendMethod: readOneOf(fields["spendMethod"], `${path}.spendMethod`, spendMethods),
    policy: readAddress(fields["policy"], `${path}.policy`),
    rules: readList(fields["rules"], `${path}.rules`, parseRuleJson),
  };
}

const sessionFields: readonly (keyof Session)[] = [
  "account",
  "accountKind",
  "signer",
  "validAfter",
  "validUntil",
  "maxOrders",
  "minInterval",
  "epoch",
  "relayer",
  "sentinel",
  "sentinelMayRevoke",
  "leaseTtl",
  "approver",
  "revokeOnMisuse",
  "scopesRoot",
  "salt",
  "limits",
];

const scopeFields: readonly (keyof Scope)[] = [
  "target",
  "selector",
  "maxValue",
  "spendToken",
  "spendMethod",
  "policy",
  "rules",
];

function parseCallJson(json: unknown, path: string): Call {
  const fields = readObject(json, path, ["target", "value", "data", "scope"]);
  return {
    target: readAddress(fields["target"], `${path}.target`),
    value: readBigint(fields["value"], `${path}.value`),
    data: readHex(fields["data"], `${path}.data`),
    scope: readHex(fields["scope"], `${path}.scope`, 32),
  };
}

function parseLimitJson(json: unknown, path: string): Limit {
  const fields = readObject(json, path, ["token", "amount", "period", "approveAbove", "kind"]);
  return {
    token: readAddress(fields["token"], `${path}.token`),
    amount: readBigint(fields["amount"], `${path}.amount`, 104),
    period: readNumber(fields["period"], `${path}.period`, 32),
    approveAbove: readBigint(fields["approveAbove"], `${path}.approveAbove`, 104),
    kind: readOneOf(fields["kind"], `${path}.kind`, limitKinds),
  };
}

function parseRuleJson(json: unknown, path: string): Rule {
  const fields = readObject(json, path, ["op", "offset", "values"]);
  return {
    op: readOneOf(fields["op"], `${path}.op`, ruleOps),
    offset: readNumber(fields["offset"], `${path}.offset`, 16),
    values: readList(fields["values"], `${path}.values`, (value, valuePath) => readHex(value, valuePath, 32)),
  };
}
