import type { Address } from "viem";

/** Stands for the chain's native token in limits (ERC-7528). */
export const nativeToken: Address = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE";
