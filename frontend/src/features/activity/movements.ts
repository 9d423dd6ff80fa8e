import { sessionManagerAbi } from "@latchkey/sdk";
import { type Address, erc20Abi, type Log, parseEventLogs } from "viem";
import { isSameAddress } from "../../lib/format.ts";

/** What an order took from the account (negative) or brought it, by token. */
export type Movement = { token: Address; amount: bigint };

/**
 * Reads an order's token movements from its transaction's receipt. Orders of a batch run one after the other and each
 * ends with its own event, so the order's transfers are those between the event before and its own. The native coin
 * leaves no log. What left comes first.
 */
export const toMovements = (
  logs: readonly Log[],
  { manager, account, logIndex }: { manager: Address; account: Address; logIndex: number },
): Movement[] => {
  const outcomes = parseEventLogs({
    abi: sessionManagerAbi,
    eventName: ["OrderExecuted", "OrderFailed", "OrderSkipped"],
    logs: logs.filter(({ address }) => isSameAddress(address, manager)),
  });
  const before = Math.max(-1, ...outcomes.map((log) => log.logIndex ?? -1).filter((index) => index < logIndex));
  const own = logs.filter((log) => log.logIndex !== null && log.logIndex > before && log.logIndex < logIndex);
  const sums = parseEventLogs({ abi: erc20Abi, eventName: "Transfer", logs: own }).reduce((known, log) => {
    const { from, to, value } = log.args;
    const change = (isSameAddress(to, account) ? value : 0n) - (isSameAddress(from, account) ? value : 0n);
    return known.set(log.address, (known.get(log.address) ?? 0n) + change);
  }, new Map<Address, bigint>());
  const movements = [...sums].flatMap(([token, amount]) => (amount === 0n ? [] : [{ token, amount }]));
  return movements.toSorted((a, b) => Number(a.amount > 0n) - Number(b.amount > 0n));
};
