import { type Address, getAddress, isAddress } from "viem";
import type { Parsed } from "./format.ts";

/** Accepts any case but a wrong checksum. */
export const parseAddress = (text: string): Parsed<Address> => {
  const plain = text.trim();
  if (plain === "") return { ok: false, problem: "Enter an address." };
  if (/^(0x)?[0-9a-fA-F]{64}$/.test(plain))
    return {
      ok: false,
      problem: "This has the length of a private key. Never paste one here; an address has 42 characters.",
    };
  if (!isAddress(plain, { strict: false })) return { ok: false, problem: "Enter an address: 0x and 40 hex digits." };
  const digits: string = plain.slice(2);
  const hasChecksum = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
  if (hasChecksum && getAddress(plain) !== plain)
    return { ok: false, problem: "The checksum is wrong: a character may be mistyped." };
  return { ok: true, value: getAddress(plain) };
};
