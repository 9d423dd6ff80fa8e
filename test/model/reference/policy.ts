import { hexToNumber, size, slice, type Hex } from "viem";

/** What `ParityPolicy` says to a call: its last byte must be even. */
export function isAdmittedByPolicy(data: Hex): boolean {
  return size(data) > 0 && hexToNumber(slice(data, -1)) % 2 === 0;
}
