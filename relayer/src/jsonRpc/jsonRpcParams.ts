import { hexToNumber, type Hex } from "viem";
import { z } from "zod";
import { JsonRpcError } from "./JsonRpcError.ts";

/** A number as of Ethereum's JSON-RPC: hex without leading zeros, of at most 16 bytes. */
export const quantitySchema = z
  .string()
  .regex(/^0x(0|[1-9a-fA-F][0-9a-fA-F]{0,31})$/, { error: "is not a number in hex without leading zeros" })
  .transform((text) => text as Hex);

/** Throws as EIP-5792 says unless the chain is the relayer's. */
export function checkChain(chainId: Hex, own: number): void {
  if (chainId.length <= 10 && hexToNumber(chainId) === own) return;
  throw new JsonRpcError("unsupportedChain", `This relayer serves the chain ${own}, not ${chainId}`);
}

/** Throws as EIP-5792 says if a capability that is not optional is none of `supported`. */
export function checkCapabilities(capabilities: Readonly<Record<string, unknown>>, supported: readonly string[]): void {
  for (const [name, value] of Object.entries(capabilities)) {
    const isOptional = typeof value === "object" && value !== null && Reflect.get(value, "optional") === true;
    if (supported.includes(name) || isOptional) continue;
    throw new JsonRpcError("unsupportedCapability", `This relayer does not have the capability ${name}`);
  }
}
