import type { Address } from "viem";
import { type ActivityKind, isActivityKind } from "../features/activity/activityEntry.ts";
import type { GrantPrefill } from "../features/grant/grantForm.ts";
import { parseAddress } from "../lib/parseAddress.ts";

type Search = Record<string, unknown>;

const readText = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) : undefined;

/** `?account=` shows another account, or another owner's, read-only. */
export const readAccountSearch = (search: Search): { account?: Address | undefined } => {
  const parsed = parseAddress(readText(search["account"]) ?? "");
  return parsed.ok ? { account: parsed.value } : {};
};

export const readActivitySearch = (search: Search): { kind?: ActivityKind } =>
  isActivityKind(search["kind"]) ? { kind: search["kind"] } : {};

/** A bot's link fills in the form; nothing is granted without the owner's review and signature. */
export const readGrantSearch = (search: Search): GrantPrefill => {
  const template = search["template"];
  const [signer, name, amount] = [readText(search["signer"]), readText(search["name"]), readText(search["amount"])];
  return {
    ...(template === "uniswapSwap" || template === "payment" ? { template } : {}),
    ...(signer === undefined ? {} : { signer }),
    ...(name === undefined ? {} : { name: name.slice(0, 60) }),
    ...(amount === undefined ? {} : { amount }),
  };
};
