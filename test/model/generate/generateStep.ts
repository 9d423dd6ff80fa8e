import type { Address } from "viem";
import type { SessionAct, Step } from "../reference/operation.ts";
import { getAccountOf } from "../reference/setting.ts";
import { getAccount, getSession, type SessionPlan } from "../reference/state.ts";
import { isActive } from "../reference/statusesOf.ts";
import type { Draft } from "./draft.ts";
import { findPlan } from "./findPlan.ts";
import { generateAccountStep, generateSessionStep } from "./generateControl.ts";
import { generateGrant } from "./generateGrant.ts";
import { generateMisuse } from "./generateMisuse.ts";
import { generateBatch, generateExecute } from "./generateUse.ts";

/** Any step, weighted towards those that use sessions. */
export function generateStep(draft: Draft): Step {
  const { random, setting, signed } = draft;
  const account = random.pick(setting.accounts).address;
  const plan = findPlan(draft);
  const isPaused = draft.state.accounts.get(account)?.paused === true;
  const isIdle = !draft.plans.some((known) => isActive(draft.state, known));
  switch (
    random.weigh({
      grant: isIdle ? 60 : 10,
      execute: 45,
      batch: 14,
      session: 10,
      account: isPaused ? 25 : 7,
      misuse: 5,
      module: 1.5,
      allow: 7,
      replay: 5,
    })
  ) {
    case "grant":
      return generateGrant(draft);
    case "execute":
      return generateExecute(draft, plan);
    case "batch":
      return generateBatch(draft);
    case "session":
      return generateSessionAct(draft, plan);
    case "account":
      return generateAccountStep(draft, account);
    case "misuse":
      return generateMisuse(draft, plan);
    case "module":
      return generateModuleStep(draft, account);
    case "allow": {
      const token = random.find(setting.tokens)?.address ?? setting.market;
      const amount = random.pick([0n, 50n, 5_000n, (1n << 256n) - 1n]);
      return {
        kind: "allow",
        account,
        token,
        spender: random.pick([setting.market, setting.market, setting.permit2]),
        amount,
      };
    }
    case "replay":
      return random.find(signed.filter(isReplayable)) ?? generateGrant(draft);
  }
}

function generateModuleStep({ random, setting, state }: Draft, account: Address): Step {
  // An ERC-7579 account does not install twice, nor uninstall what is not there: its own errors, not the manager's.
  const isAble = getAccountOf(setting, account).kind === "erc7579";
  const known = getAccount(state, account).installed ? "onUninstall" : "onInstall";
  return { kind: "module", act: isAble ? known : random.pick(["onInstall", "onInstall", "onUninstall"]), account };
}

function isReplayable(step: Step): boolean {
  return step.kind === "execute" || step.kind === "batch" || ("message" in step && step.message !== undefined);
}

function generateSessionAct(draft: Draft, likely: SessionPlan): Step {
  const { random, state, plans } = draft;
  const suspended = plans.filter((known) => getSession(state, known).status === "suspended");
  const plan = (random.chance(0.6) ? random.find(suspended) : undefined) ?? likely;
  return generateSessionStep(draft, plan, generateAct(draft, plan));
}

function generateAct({ random, state }: Draft, plan: SessionPlan): SessionAct {
  return getSession(state, plan).status === "suspended"
    ? random.pick(["resume", "resume", "resume", "suspend", "revoke", "surrender"])
    : random.pick(["suspend", "suspend", "suspend", "resume", "revoke", "surrender"]);
}
