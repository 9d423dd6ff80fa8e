import type { Address } from "viem";
import { zeroAddress } from "viem";
import type { ControlMessage, SessionAct, Step } from "../reference/operation.ts";
import { getAccount, type SessionPlan } from "../reference/state.ts";
import { getAccountOf } from "../reference/setting.ts";
import { toActor, type Draft } from "./draft.ts";
import { toKey } from "./generateSubmission.ts";

/** `revoke`, `surrender`, `suspend` or `resume` of `plan`, mostly by whoever may. */
export function generateSessionStep(draft: Draft, plan: SessionPlan, act: SessionAct): Step {
  const { random, actors } = draft;
  const { account, sentinel } = plan.session;
  const signer = toKey(draft, plan);
  const strangers = [account, signer, actors.sentinel, actors.guardian, actors.stranger, actors.delegatedOwner];
  const named = sentinel === zeroAddress ? actors.sentinel : toActor(draft, sentinel);
  const able = { revoke: [account, account, named], resume: [account], suspend: [named], surrender: [signer] }[act];
  const by = random.chance(0.75) ? able : strangers;
  const authority = random.find(by) ?? account;
  if (random.chance(0.55)) return { kind: "session", act, plan, sender: authority, message: undefined };
  const message = generateMessage(draft, account, getAccountOf(draft.setting, authority).owner);
  return { kind: "session", act, plan, sender: actors.stranger, message };
}

/** `pause`, `unpause`, `revokeAll` or `setGuardian`, mostly by whoever may. */
export function generateAccountStep(draft: Draft, account: Address): Step {
  const { random, actors, state, setting } = draft;
  const record = getAccount(state, account);
  const act = record.paused
    ? random.pick(["unpause", "unpause", "unpause", "pause", "pause", "revokeAll", "setGuardian"])
    : random.pick(["pause", "pause", "unpause", "revokeAll", "setGuardian", "setGuardian"]);
  const guardian = act === "setGuardian" && random.chance(0.85) ? actors.guardian : undefined;
  const owner = getAccountOf(setting, account).owner;
  if (random.chance(0.5)) {
    const others =
      act === "pause" ? [actors.guardian, actors.guardian, actors.stranger, actors.key] : [actors.stranger];
    const sender = random.chance(act === "pause" ? 0.5 : 0.9) ? account : (random.find(others) ?? actors.stranger);
    // All but `pause` act on whoever calls.
    return { kind: "account", act, account: act === "pause" ? account : sender, guardian, sender, message: undefined };
  }
  const by = random.pick([owner, owner, owner, actors.guardian, actors.guardian, actors.stranger]);
  return {
    kind: "account",
    act,
    account,
    guardian,
    sender: actors.stranger,
    message: generateMessage(draft, account, by),
  };
}

function generateMessage({ random, state }: Draft, account: Address, by: Address): ControlMessage {
  const { controlNonce } = getAccount(state, account);
  return {
    by,
    tampered: random.chance(0.9) ? "nothing" : random.pick(["nonce", "deadline", "subject", "domain"]),
    controlNonce: random.chance(0.9) ? controlNonce : Math.max(0, controlNonce + random.pick([-1, 1])),
    deadline: state.now + (random.chance(0.9) ? random.pick([0, 60, 100_000]) : -1),
  };
}
