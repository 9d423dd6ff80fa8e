import { expect } from "chai";
import type { Limit } from "@latchkey/sdk";
import { applyAction } from "./reference/actions.ts";
import { allowanceOf, balanceOf, createLedger, native, setAllowance, setBalance } from "./reference/ledger.ts";
import {
  chargeCall,
  createMeter,
  meterApproval,
  meterOrder,
  rollMeter,
  toPeriod,
  toRemaining,
} from "./reference/limits.ts";
import { checkNonce, emptyNonceWindow, isExhausted, toWindowBits, spendNonce } from "./reference/nonceWindow.ts";
import { coin, setting, taxed } from "./support/setting.ts";

const limit: Limit = { token: coin, amount: 100n, period: 60, approveAbove: 0n, kind: "gross" };
const [account] = setting.accounts.map(({ address }) => address);
if (account === undefined) throw new Error("no account");
const frame = { account, target: setting.market, value: 0n };

function useAll(nonces: readonly number[]) {
  return nonces.reduce(spendNonce, emptyNonceWindow);
}

describe("The reference model", () => {
  describe("nonces", () => {
    it("are used once, in any order, and not beyond the window", () => {
      const window = useAll([0, 70, 7]);
      expect(checkNonce(window, 70)?.error).to.equal("NonceUsed");
      expect(checkNonce(window, 7)?.error).to.equal("NonceUsed");
      expect(checkNonce(window, 8)).to.equal(undefined);
      expect(checkNonce(window, 6)).to.deep.equal({ error: "NonceTooOld", args: [6, 7] });
      expect(toWindowBits(window)).to.equal(1n | (1n << 63n));
    });

    it("are exhausted when none is left within the window", () => {
      expect(isExhausted(useAll([0, 2]), 3)).to.equal(false);
      expect(isExhausted(useAll([0, 2, 1]), 3)).to.equal(true);
      // 0 to 35 are out of reach; 36 to 99 would have to be used.
      expect(isExhausted(useAll([99]), 100)).to.equal(false);
      expect(isExhausted(useAll(Array.from({ length: 64 }, (_, i) => 36 + i)), 100)).to.equal(true);
    });
  });

  describe("limits", () => {
    it("count periods from the start, half-open", () => {
      expect([99, 100, 159, 160].map((now) => toPeriod(limit, 100, now))).to.deep.equal([0, 0, 0, 1]);
      expect(toPeriod({ ...limit, period: 0 }, 100, 10_000)).to.equal(0);
    });

    it("forget what was spent in another period, but not what is held", () => {
      const spent = { ...createMeter(limit), spent: 40n, unapproved: 40n };
      expect(toRemaining(limit, rollMeter(spent, 0))).to.equal(60n);
      expect(toRemaining(limit, rollMeter(spent, 1))).to.equal(100n);
      const inventory: Limit = { ...limit, kind: "inventory", period: 0 };
      expect(toRemaining(inventory, { ...createMeter(inventory), held: 7n })).to.equal(7n);
    });

    it("refuse a gross spend above the amount, whatever comes back", () => {
      const charged = chargeCall(chargeCall(createMeter(limit), 60n), 40n);
      expect(meterOrder(0, limit, charged, 1_000n).refusal).to.equal(undefined);
      expect(meterOrder(0, limit, chargeCall(charged, 1n), 1_000n).refusal).to.deep.equal({
        error: "LimitExceeded",
        args: [0, coin, 101n, 100n],
      });
    });

    it("let a net limit earn back, but no more than was lost", () => {
      const net: Limit = { ...limit, kind: "net" };
      const lost = meterOrder(0, net, createMeter(net), -100n);
      expect(lost.refusal).to.equal(undefined);
      expect(meterOrder(0, net, lost.meter, -1n).refusal?.error).to.equal("LimitExceeded");
      expect(meterOrder(0, net, lost.meter, 1_000n).meter.spent).to.equal(0n);
    });

    it("let an inventory sell only what it holds", () => {
      const inventory: Limit = { ...limit, kind: "inventory", period: 0, amount: 0n };
      const bought = meterOrder(0, inventory, createMeter(inventory), 5n);
      expect(bought.meter.held).to.equal(5n);
      expect(meterOrder(0, inventory, bought.meter, -5n).meter.held).to.equal(0n);
      expect(meterOrder(0, inventory, bought.meter, -6n).refusal).to.deep.equal({
        error: "InventoryExceeded",
        args: [0, coin, 6n, 5n],
      });
      expect(meterOrder(0, inventory, bought.meter, 1n << 105n).meter.held).to.equal((1n << 104n) - 1n);
    });

    it("ask for approval once the sum since the last one is above the threshold", () => {
      const watched: Limit = { ...limit, approveAbove: 10n };
      const first = meterApproval(0, watched, createMeter(watched), { charge: 10n, isApproved: false });
      expect(first.refusal).to.equal(undefined);
      const missing = meterApproval(0, watched, first.meter, { charge: 1n, isApproved: false });
      expect(missing.refusal).to.deep.equal({ error: "ApprovalMissing", args: [0, 11n, 10n] });
      expect(meterApproval(0, watched, first.meter, { charge: 90n, isApproved: true }).meter.unapproved).to.equal(0n);
    });
  });

  describe("calls", () => {
    it("move value, and fail without it", () => {
      const ledger = createLedger();
      setBalance(ledger, native, account, 5n);
      expect(applyAction(setting, ledger, { ...frame, value: 6n }, { kind: "send" })).to.equal(false);
      expect(applyAction(setting, ledger, { ...frame, value: 5n }, { kind: "send" })).to.equal(true);
      expect(balanceOf(ledger, native, setting.market)).to.equal(5n);
    });

    it("burn a token's fee from the sender on top", () => {
      const ledger = createLedger();
      setBalance(ledger, taxed, account, 105n);
      const transfer = { kind: "transfer", token: taxed, to: setting.market, amount: 100n } as const;
      expect(applyAction(setting, ledger, { ...frame, target: taxed }, transfer)).to.equal(true);
      expect(balanceOf(ledger, taxed, account)).to.equal(0n);
      expect(balanceOf(ledger, taxed, setting.market)).to.equal(100n);
    });

    it("sell no more than the allowance", () => {
      const ledger = createLedger();
      setBalance(ledger, coin, account, 100n);
      setAllowance(ledger, coin, { owner: account, spender: setting.market }, 10n);
      const sell = (sold: bigint) =>
        applyAction(setting, ledger, frame, {
          kind: "trade",
          by: "allowance",
          sell: coin,
          sold,
          buy: coin,
          bought: 0n,
        });
      expect(sell(11n)).to.equal(false);
      expect(sell(4n)).to.equal(true);
      expect(allowanceOf(ledger, coin, account, setting.market)).to.equal(6n);
    });
  });
});
