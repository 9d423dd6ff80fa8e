import type { Address } from "viem";
import {
  allowanceOf,
  balanceOf,
  getToken,
  move,
  moveFrom,
  native,
  setAllowance,
  setBalance,
  toPermit2Token,
  type Ledger,
  type Move,
} from "./ledger.ts";
import type { Setting } from "./setting.ts";

export type PullMethod = "allowance" | "permit2";

/** What a call does, in words that its target and the model both follow. */
export type Action =
  /** Nothing but the value it carries. */
  | { kind: "send" }
  | { kind: "transfer"; token: Address; to: Address; amount: bigint }
  | { kind: "transferFrom"; token: Address; from: Address; to: Address; amount: bigint }
  /** Native becomes wrapped native, and the other way round. */
  | { kind: "wrap" }
  | { kind: "unwrap"; amount: bigint }
  /** The market takes `sold` (or just the call's value, if that is native) and pays `bought` back. */
  | { kind: "trade"; by: PullMethod; sell: Address; sold: bigint; buy: Address; bought: bigint }
  /** The market takes `amount` by allowance and gives it back. */
  | { kind: "borrow"; token: Address; amount: bigint }
  /** The market does nothing. */
  | { kind: "touch"; word: bigint }
  /** The market calls the manager, and goes on whatever comes of it. */
  | { kind: "reenter" }
  /** The target reverts. */
  | { kind: "fail" };

/** Where a call comes from and goes to. */
export type Frame = { account: Address; target: Address; value: bigint };

/** Whether the call succeeds. */
export function applyAction(
  setting: Setting,
  ledger: Ledger,
  { account, target, value }: Frame,
  action: Action,
): boolean {
  if (balanceOf(ledger, native, account) < value) return false;
  if (value > 0n) move(setting, ledger, { token: native, from: account, to: target, amount: value });
  switch (action.kind) {
    case "send":
    case "touch":
    case "reenter":
      return true;
    case "fail":
      return false;
    case "transfer": {
      const { token, to, amount } = action;
      return value === 0n && move(setting, ledger, { token, from: account, to, amount });
    }
    case "transferFrom": {
      const { token, from, to, amount } = action;
      return value === 0n && moveFrom(setting, ledger, account, { token, from, to, amount });
    }
    case "wrap":
      setBalance(ledger, target, account, balanceOf(ledger, target, account) + value);
      return true;
    case "unwrap": {
      const held = balanceOf(ledger, target, account);
      if (value > 0n || held < action.amount) return false;
      setBalance(ledger, target, account, held - action.amount);
      return move(setting, ledger, { token: native, from: target, to: account, amount: action.amount });
    }
    case "trade": {
      const { by, sell, sold, buy, bought } = action;
      const sale = { token: sell, from: account, to: target, amount: sold };
      // The market insists on being answered true.
      const isDealt = [sell, buy].every((token) => getToken(setting, token).kind !== "refusing");
      const isPaid = sell === native || pull(setting, ledger, by, sale);
      return isDealt && isPaid && move(setting, ledger, { token: buy, from: target, to: account, amount: bought });
    }
    case "borrow": {
      const { token, amount } = action;
      return (
        getToken(setting, token).kind !== "refusing" &&
        moveFrom(setting, ledger, target, { token, from: account, to: target, amount }) &&
        move(setting, ledger, { token, from: target, to: account, amount })
      );
    }
  }
}

/** Takes what `moved.to` may take of `moved.from`'s. */
function pull(setting: Setting, ledger: Ledger, by: PullMethod, moved: Move): boolean {
  const { token, from: owner, to: spender, amount } = moved;
  if (by === "allowance") return moveFrom(setting, ledger, spender, moved);
  const permitted = allowanceOf(ledger, toPermit2Token(token), owner, spender);
  if (permitted < amount) return false;
  setAllowance(ledger, toPermit2Token(token), { owner, spender }, permitted - amount);
  return moveFrom(setting, ledger, setting.permit2, moved);
}
