import type { Address } from "viem";
import { actors } from "../driver/actors.ts";
import type { Setting } from "../reference/setting.ts";

function toAddress(number: number): Address {
  return `0x${number.toString(16).padStart(40, "0")}`;
}

export const coin = toAddress(0xc01);
export const taxed = toAddress(0xc02);

/** A setting that needs no chain. */
export const setting: Setting = {
  manager: toAddress(0xa1),
  accounts: [
    { address: toAddress(0xacc), owner: actors.owner, kind: "sessionAccount", signs: true },
    { address: toAddress(0xacd), owner: actors.owner, kind: "safe", signs: true },
  ],
  tokens: [
    { address: coin, feeBps: 0n, kind: "plain" },
    { address: taxed, feeBps: 500n, kind: "plain" },
  ],
  market: toAddress(0xfa1),
  policy: toAddress(0xb1),
  permit2: toAddress(0xb2),
};
