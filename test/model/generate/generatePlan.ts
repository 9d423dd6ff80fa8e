import { keccak256, numberToHex, zeroAddress, zeroHash, type Hex } from "viem";
import { hashSession, toScopesRoot, type Scope, type Session } from "@latchkey/sdk";
import { leafOf } from "../reference/leafOf.ts";
import { native } from "../reference/ledger.ts";
import { getAccount, type SessionPlan } from "../reference/state.ts";
import type { Draft } from "./draft.ts";
import { generateLimits } from "./generateLimits.ts";
import { generateScopes, toScope } from "./generateScopes.ts";

const day = 86_400;

/** A session that its account may grant, or with one fault. */
export function generatePlan(draft: Draft): SessionPlan {
  const { random, setting, actors, state } = draft;
  const { address: account, kind } = random.pick(setting.accounts);
  const hasSentinel = random.chance(0.5);
  const approver: Hex = random.chance(0.35) ? actors.approver : "0x";
  const limits = generateLimits(draft, approver !== "0x");
  const validAfter = state.now + random.pick([-600, -61, -60, -1, 0, 0, 0, 30]);
  const session: Session = {
    account,
    accountKind: kind,
    signer: random.pick([actors.key, actors.key, actors.otherKey]),
    validAfter,
    validUntil: validAfter + random.pick([700, 7_200, day, day, 30 * day, 30 * day, 365 * day]),
    maxOrders: random.pick([1, 3, 70, 200, 10_000, 10_000, 10_000]),
    minInterval: random.chance(0.2) ? random.pick([1, 10, 60]) : 0,
    epoch: getAccount(state, account).epoch,
    relayer: random.chance(0.15) ? actors.relayer : zeroAddress,
    sentinel: hasSentinel ? actors.sentinel : zeroAddress,
    sentinelMayRevoke: hasSentinel && random.chance(0.5),
    leaseTtl: hasSentinel && random.chance(0.4) ? random.pick([1, 30, 300]) : 0,
    approver,
    revokeOnMisuse: random.chance(0.6),
    scopesRoot: zeroHash,
    salt: random.chance(0.5) ? zeroHash : keccak256(numberToHex(random.int(2 ** 30))),
    limits,
  };
  const scopes = generateScopes(draft, limits);
  return random.chance(0.12) ? spoil(draft, session, scopes) : finish(session, scopes);
}

/** Sorts the scopes, drops what comes twice, and commits the session to them. */
function finish(session: Session, scopes: readonly Scope[]): SessionPlan {
  const byLeaf = new Map(scopes.map((scope) => [leafOf(scope), scope]));
  const sorted = [...byLeaf.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, scope]) => scope);
  const committed = { ...session, scopesRoot: toScopesRoot(sorted) };
  return { id: hashSession(committed), session: committed, scopes: sorted };
}

/** One of the faults that a grant must refuse. */
function spoil(draft: Draft, session: Session, scopes: readonly Scope[]): SessionPlan {
  const { random, setting, actors } = draft;
  const [coin] = setting.tokens;
  const token = coin?.address ?? native;
  const limit = { token, amount: 5n, period: 0, approveAbove: 0n, kind: "gross" } as const;
  const touch = toScope(draft, { kind: "touch", word: 0n });
  const withSession = (change: Partial<Session>) => finish({ ...session, ...change }, scopes);
  const withScope = (change: Partial<Scope>) => finish(session, [...scopes, { ...touch, ...change }]);
  const spoiled = random.pick<() => SessionPlan>([
    () => withSession({ validUntil: session.validAfter }),
    () => withSession({ validUntil: session.validAfter + 365 * day + 1 }),
    () => withSession({ validAfter: 1_000_000_000, validUntil: draft.state.now }),
    () => withSession({ maxOrders: 0 }),
    () => withSession({ epoch: session.epoch + 1 }),
    () => withSession({ signer: zeroAddress }),
    () => withSession({ signer: session.account }),
    () => withSession({ signer: setting.manager }),
    () => withSession({ sentinel: zeroAddress, sentinelMayRevoke: true }),
    () => withSession({ sentinel: zeroAddress, leaseTtl: 9 }),
    () => withSession({ sentinel: session.signer }),
    () => withSession({ approver: session.signer }),
    () => withSession({ approver: "0x1234" }),
    () => withSession({ approver: "0x", limits: [{ ...limit, approveAbove: 5n }] }),
    () => withSession({ limits: [...session.limits, { ...limit, amount: 0n }] }),
    () => withSession({ limits: [...session.limits, { ...limit, amount: 0n, kind: "net" }] }),
    () => withSession({ limits: [...session.limits, { ...limit, period: 60, kind: "inventory" }] }),
    () => finish({ ...session, limits: [] }, [{ ...touch, maxValue: 1n }]),
    () => finish({ ...session, limits: [] }, [{ ...touch, spendToken: token, spendMethod: "allowance" }]),
    () =>
      finish({ ...session, limits: [{ ...limit, kind: "inventory" }] }, [
        { ...touch, spendToken: token, spendMethod: "allowance" },
      ]),
    () =>
      finish({ ...session, limits: [{ ...limit, kind: "net" }] }, [
        toScope(draft, { kind: "transfer", ...to(draft) }, token),
      ]),
    () => finish({ ...session, limits: [] }, [toScope(draft, { kind: "transfer", ...to(draft) }, token)]),
    () => finish({ ...session, limits: [limit] }, [{ ...touch, target: token }]),
    () =>
      finish({ ...session, limits: [limit] }, [
        { ...touch, target: token, spendToken: token, spendMethod: "allowance" },
      ]),
    () =>
      finish({ ...session, limits: [{ ...limit, token: native }] }, [
        { ...touch, spendToken: native, spendMethod: "allowance" },
      ]),
    () =>
      finish({ ...session, limits: [{ ...limit, token: native, kind: "net" }] }, [
        { ...toScope(draft, { kind: "send" }, actors.friend), maxValue: 1n },
      ]),
    () => withScope({ target: session.account }),
    () => withScope({ target: setting.manager }),
    () => withScope({ target: zeroAddress }),
    () => withScope({ selector: "0x095ea7b3" }),
    () => withScope({ selector: "0xa22cb465" }),
    () => withScope({ selector: "0x39509351" }),
    () => withScope({ policy: session.account }),
    () => withScope({ policy: actors.stranger }),
    () => withScope({ selector: "0x00000000", rules: [{ op: "equal", offset: 0, values: [zeroHash] }] }),
    () => ({ ...finish(session, scopes), scopes: [] }),
  ]);
  return spoiled();
}

function to({ setting, actors }: Draft) {
  return { token: setting.market, to: actors.friend, amount: 0n };
}
