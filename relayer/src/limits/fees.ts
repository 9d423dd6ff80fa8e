import { nativeToken, type Order } from "@latchkey/sdk";
import { decodeFunctionData, erc20Abi, isAddressEqual, type Address, type Hex } from "viem";
import { ProblemError } from "../problem.ts";

/** What an order pays this relayer. Amounts in the token's smallest unit. */
export type FeeSchedule = {
  /** `0xEeee…EEeE` is the chain's native token. */
  token: Address;
  recipient: Address;
  /** Of every order. */
  base: bigint;
  /** For each million of gas the order signs, rounded up. */
  perMillionGas: bigint;
};

/** The fee of an order with this gas limit. */
export function toFee({ base, perMillionGas }: FeeSchedule, gasLimit: number): bigint {
  return base + (perMillionGas * BigInt(gasLimit) + 999_999n) / 1_000_000n;
}

type Payer = Pick<Order, "calls" | "gasLimit">;

/** Whether the order's calls pay the fee: by plain payments, or by `transfer` of the token. */
export function hasPaid(schedule: FeeSchedule, order: Payer): boolean {
  return sumPaid(schedule, order) >= toFee(schedule, order.gasLimit);
}

function sumPaid(schedule: FeeSchedule, { calls }: Pick<Payer, "calls">): bigint {
  return calls.reduce((sum, call) => sum + toPaid(schedule, call), 0n);
}

/** Throws `fee-required` unless the order's calls pay the fee. */
export function checkFee(schedule: FeeSchedule, order: Payer): void {
  if (hasPaid(schedule, order)) return;
  const [wanted, paid] = [toFee(schedule, order.gasLimit), sumPaid(schedule, order)];
  const { token, recipient } = schedule;
  const sentence = `The order pays ${paid} of the fee of ${wanted} in ${token} to ${recipient} that this relayer wants for a gas limit of ${order.gasLimit}.`;
  throw new ProblemError("fee-required", sentence, {
    rule: { name: "FeeRequired", args: [token, recipient, wanted, paid], sentence },
  });
}

function toPaid({ token, recipient }: FeeSchedule, { target, value, data }: Order["calls"][number]): bigint {
  if (isAddressEqual(token, nativeToken)) return isAddressEqual(target, recipient) && data === "0x" ? value : 0n;
  const transfer = isAddressEqual(target, token) ? toTransfer(data) : undefined;
  return transfer !== undefined && isAddressEqual(transfer.to, recipient) ? transfer.amount : 0n;
}

function toTransfer(data: Hex): { to: Address; amount: bigint } | undefined {
  try {
    const { functionName, args } = decodeFunctionData({ abi: erc20Abi, data });
    return functionName === "transfer" ? { to: args[0], amount: args[1] } : undefined;
  } catch {
    // No function of ERC-20, or not its arguments: it pays nothing.
    return undefined;
  }
}
