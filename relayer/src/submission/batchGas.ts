import { hexToBytes, type Hex } from "viem";

/** Gas of one order in a batch beyond what it signed: its frame, its copy in memory, the outcome's event and state. */
const orderOverhead = 45_000;
const transactionBase = 21_000;

type Sized = { gasLimit: number; packed: Hex };

/** Gas with which `executeBatch` can give every order what it signed, also the last one after all others used theirs. */
export function toBatchGas(orders: readonly Sized[]): number {
  let execution = transactionBase + 30_000;
  let floor = transactionBase;
  for (const { gasLimit, packed } of orders) {
    const bytes = hexToBytes(packed);
    const zeros = bytes.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
    const tokens = zeros + 4 * (bytes.length - zeros) + 4 * 64;
    // A frame gets at most 63/64 of what is left.
    execution += Math.ceil((gasLimit * 64) / 63) + orderOverhead + 4 * tokens + 4 * bytes.length;
    // EIP-7623: calldata costs at least this.
    floor += 10 * tokens;
  }
  return Math.max(Math.ceil(execution * 1.02), floor);
}
