import type { Address } from "viem";
import { createLedger, native, setAllowance, setBalance } from "../reference/ledger.ts";
import type { Setting } from "../reference/setting.ts";
import { setAccount, type ModelState } from "../reference/state.ts";
import { actors } from "./actors.ts";

/** Seconds since the Unix epoch at which every sequence starts. */
export const startsAt = 2_000_000_000;
export const unlimited = (1n << 256n) - 1n;
const plenty = 1_000_000n;
const marketStock = 10n ** 15n;

/** Who has what when a sequence starts. */
export function toEndowments(setting: Setting): { token: Address; holder: Address; amount: bigint }[] {
  const holders = [
    ...setting.accounts.map(({ address }) => ({ holder: address, amount: plenty })),
    { holder: setting.market, amount: marketStock },
    { holder: actors.friend, amount: plenty },
  ];
  // What backs the wrapped token is nobody's endowment: it comes with the deposits.
  const tokens = [native, ...setting.tokens.map(({ address }) => address)];
  return holders.flatMap(({ holder, amount }) => tokens.map((token) => ({ token, holder, amount })));
}

/** What the model starts from. The friend lets every account take what it likes. */
export function createStart(setting: Setting): ModelState {
  const ledger = createLedger();
  for (const { token, holder, amount } of toEndowments(setting)) setBalance(ledger, token, holder, amount);
  for (const { address, kind } of setting.tokens) {
    if (kind !== "wrapped") continue;
    const deposits = toEndowments(setting).filter(({ token }) => token === address);
    setBalance(
      ledger,
      native,
      address,
      deposits.reduce((sum, { amount }) => sum + amount, 0n),
    );
  }
  for (const { address: spender } of setting.accounts) {
    for (const { address: token } of setting.tokens) {
      setAllowance(ledger, token, { owner: actors.friend, spender }, unlimited);
    }
  }
  const state: ModelState = { now: startsAt, sessions: new Map(), accounts: new Map(), ledger };
  for (const { address, kind } of setting.accounts) {
    if (kind === "erc7579") setAccount(state, address, { installed: true });
  }
  return state;
}
