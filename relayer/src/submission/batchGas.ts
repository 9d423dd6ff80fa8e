import type { Hex } from "viem";

/** Gas of one order in a batch beyond what it signed: its frame, its copy in memory, and the event of its outcome. */
const orderOverhead = 16_000;
/** Of the transaction, the lock, the loop, and some orders that fail in the dearest way. If more do, the last ones are
 * skipped, use nothing, and go into another batch. */
const batchOverhead = 120_000;

type Sized = { gasLimit: number; packed: Hex };

/** What an order adds to the gas of its batch, at most. */
export function toOrderGas({ gasLimit, packed }: Sized): number {
  const byteCount = (packed.length - 2) / 2;
  const tokens = 4 * byteCount - 3 * countZeros(packed) + 4 * 64;
  // A frame gets at most 63/64 of what is left.
  const execution = 1.02 * (Math.ceil((gasLimit * 64) / 63) + orderOverhead + 4 * tokens + 4 * byteCount);
  // EIP-7623: calldata costs at least this.
  return Math.ceil(Math.max(execution, 10 * tokens));
}

/** Gas with which `executeBatch` can give every order what it signed, also the last one after all others used theirs. */
export function toBatchGas(orderGas: readonly number[]): number {
  return orderGas.reduce((sum, gas) => sum + gas, batchOverhead);
}

function countZeros(packed: Hex): number {
  let zeros = 0;
  for (let at = 2; at < packed.length; at += 2) {
    if (packed.charCodeAt(at) === 48 && packed.charCodeAt(at + 1) === 48) zeros += 1;
  }
  return zeros;
}
