import type { Address } from "viem";
import type { Step } from "../reference/operation.ts";
import type { Setting } from "../reference/setting.ts";
import type { SessionPlan } from "../reference/state.ts";
import { actors } from "./actors.ts";

/** What a comparison looks at. */
export type Subjects = {
  plans: readonly SessionPlan[];
  accounts: readonly Address[];
  tokens: readonly Address[];
  holders: readonly Address[];
  spenders: readonly Address[];
};

/** Everything there is. */
export function toAllSubjects(setting: Setting, plans: readonly SessionPlan[]): Subjects {
  const accounts = setting.accounts.map(({ address }) => address);
  return { ...toMoney(setting, accounts), plans, accounts: [...accounts, actors.stranger] };
}

/** What `step` may have changed: no act of control moves a token. */
export function toSubjects(setting: Setting, plans: readonly SessionPlan[], step: Step): Subjects {
  const named = plans.filter((plan) => isNamed(step, plan));
  const accounts = [...new Set([...named.map(({ session }) => session.account), ...toAccounts(step)])];
  const moves = step.kind === "execute" || step.kind === "batch" || step.kind === "allow";
  const money = moves ? toMoney(setting, accounts) : { tokens: [], holders: [], spenders: [] };
  return { ...money, plans: named, accounts };
}

function toMoney({ tokens, market, permit2 }: Setting, accounts: readonly Address[]) {
  return {
    tokens: tokens.map(({ address }) => address),
    holders: [...accounts, market, actors.friend],
    spenders: [market, permit2],
  };
}

function toAccounts(step: Step): readonly Address[] {
  return "account" in step ? [step.account] : [];
}

function isNamed(step: Step, plan: SessionPlan): boolean {
  switch (step.kind) {
    case "grant":
    case "session":
      return step.plan === plan;
    case "execute":
    case "misuse":
      return step.submission.plan === plan;
    case "batch":
      return step.submissions.some((submission) => submission.plan === plan);
    case "account":
    case "module":
      return step.account === plan.session.account;
    case "allow":
      return false;
  }
}
