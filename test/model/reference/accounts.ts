import type { Address } from "viem";
import { checkControl } from "./controls.ts";
import type { AccountAct, Authority } from "./operation.ts";
import type { Setting } from "./setting.ts";
import { getAccount, setAccount, type AccountRecord, type ModelState } from "./state.ts";
import { accepted, refuse, type Verdict } from "./verdict.ts";

export type AccountStep = { act: AccountAct; account: Address; guardian: Address | undefined } & Authority;

/** `pause`, `unpause`, `revokeAll` and `setGuardian`, by call or by signature. */
export function runAccountStep(setting: Setting, state: ModelState, step: AccountStep): Verdict {
  const { act, account, sender, message } = step;
  const { guardian } = getAccount(state, account);
  const others = act === "pause" && guardian !== undefined ? [guardian] : [];
  if (message === undefined) {
    // The others act on whoever calls.
    const isAllowed = act !== "pause" || sender === account || others.includes(sender);
    if (!isAllowed) return [refuse("CallerNotAllowed", sender)];
    changeAccount(state, step, sender === account);
    return accepted;
  }
  const control = checkControl(setting, state, { account, others, message });
  if (control.verdict.length > 0) return control.verdict;
  changeAccount(state, step, control.isByOwner);
  return accepted;
}

function changeAccount(state: ModelState, { act, account, guardian }: AccountStep, isByOwner: boolean): void {
  const record = getAccount(state, account);
  // Every act of the owner ends what the owner signed before. A guardian's pause of what is paused is no act at all.
  const isNothing = act === "pause" && record.paused && !isByOwner;
  setAccount(state, account, {
    ...toChange(act, record, guardian),
    controlNonce: record.controlNonce + (isNothing ? 0 : 1),
  });
}

function toChange(act: AccountAct, { epoch }: AccountRecord, guardian: Address | undefined): Partial<AccountRecord> {
  switch (act) {
    case "pause":
      return { paused: true };
    case "unpause":
      return { paused: false };
    case "revokeAll":
      return { epoch: epoch + 1 };
    case "setGuardian":
      return { guardian };
  }
}

/**
 * An ERC-7579 account takes the manager in, or puts it out, which ends every session. It may be put out by an account
 * that never took it in: that only takes authority away.
 */
export function runModuleStep(state: ModelState, account: Address, act: "onInstall" | "onUninstall"): Verdict {
  const { installed, epoch, controlNonce } = getAccount(state, account);
  if (act === "onInstall") {
    if (installed) return [refuse("ManagerAlreadyInstalled", account)];
    setAccount(state, account, { installed: true });
  } else {
    setAccount(state, account, { installed: false, epoch: epoch + 1, controlNonce: controlNonce + 1 });
  }
  return accepted;
}
