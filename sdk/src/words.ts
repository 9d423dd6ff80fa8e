import { formatUnits, getAddress, isAddressEqual, type Address } from "viem";
import { nativeToken } from "./nativeToken.ts";
import type { UniversalRouterPolicy } from "./universalRouterPolicy.ts";

export type TokenInfo = { symbol: string; decimals: number };

/** What lets sentences name things. Whatever is missing is shown raw. */
export type Glossary = {
  /** By address, or a list. The native token is ETH with 18 decimals unless this says otherwise. */
  tokens?: Readonly<Record<string, TokenInfo>> | readonly (TokenInfo & { address: Address })[];
  /** Names of contracts and people, by address. Only trusted ones: a label is taken as true. */
  labels?: Readonly<Record<string, string>>;
  /** Made by `toUniversalRouterPolicy`, so that their addresses prove what they admit. */
  policies?: readonly UniversalRouterPolicy[];
};

export type Words = {
  findToken: (token: Address) => TokenInfo | undefined;
  findLabel: (address: Address) => string | undefined;
  findPolicy: (address: Address) => UniversalRouterPolicy | undefined;
  /** Symbol, label or address. */
  toName: (address: Address) => string;
  /** `100 USDC`; without decimals, `100000000 units of 0x…`. */
  toAmount: (amount: bigint, token: Address) => string;
};

export function createWords({ tokens = {}, labels = {}, policies = [] }: Glossary): Words {
  const entries = isList(tokens) ? tokens.map((token) => [token.address, token] as const) : Object.entries(tokens);
  const tokenOf = new Map(entries.map(([address, token]) => [address.toLowerCase(), token]));
  const labelOf = new Map(Object.entries(labels).map(([address, label]) => [address.toLowerCase(), label]));

  function findToken(token: Address): TokenInfo | undefined {
    const known = tokenOf.get(token.toLowerCase());
    return known ?? (isAddressEqual(token, nativeToken) ? { symbol: "ETH", decimals: 18 } : undefined);
  }
  const findLabel = (address: Address): string | undefined => labelOf.get(address.toLowerCase());

  return {
    findToken,
    findLabel,
    findPolicy: (address) => policies.find((policy) => isAddressEqual(policy.address, address)),
    toName: (address) => findLabel(address) ?? findToken(address)?.symbol ?? getAddress(address),
    toAmount(amount, token) {
      const known = findToken(token);
      if (known === undefined) return `${toGrouped(amount.toString())} units of ${getAddress(token)}`;
      return `${toGrouped(formatUnits(amount, known.decimals))} ${known.symbol}`;
    },
  };
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `24 Nov 2026, 12:00 UTC` for seconds since the Unix epoch. */
export function toTimeWords(seconds: number): string {
  const date = new Date(seconds * 1000);
  // Beyond the year 275760 there are no dates.
  if (Number.isNaN(date.getTime())) return `${seconds} seconds after 1970`;
  const secondsPart = date.getUTCSeconds() === 0 ? "" : `:${toTwoDigits(date.getUTCSeconds())}`;
  const day = `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ""} ${date.getUTCFullYear()}`;
  return `${day}, ${toTwoDigits(date.getUTCHours())}:${toTwoDigits(date.getUTCMinutes())}${secondsPart} UTC`;
}

function toTwoDigits(value: number): string {
  return value.toString().padStart(2, "0");
}

const units = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** `7 days`, `1 hour 30 minutes`: exact. */
export function toDurationWords(seconds: number): string {
  let rest = seconds;
  const parts: string[] = [];
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${toGrouped(count.toString())} ${name}${count === 1 ? "" : "s"}`);
  }
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

/** `in about 7 days`: the largest unit, rounded down. */
export function toRoughDurationWords(seconds: number): string {
  const [, size] = units.find(([, unit]) => seconds >= unit) ?? units[3];
  return toDurationWords(Math.floor(seconds / size) * size);
}

/** `day`, `week`, `2 hours`: what follows "per" or "every". */
export function toPeriodWords(seconds: number): string {
  return seconds === 7 * 86_400 ? "week" : toDurationWords(seconds).replace(/^1 (?=\w+$)/, "");
}

/** `1234567.5` as `1,234,567.5`. */
export function toGrouped(decimal: string): string {
  const [whole = "", fraction] = decimal.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function toEnumeration(values: readonly string[], conjunction = "and"): string {
  return values.length < 2
    ? values.join("")
    : `${values.slice(0, -1).join(", ")} ${conjunction} ${values.at(-1) ?? ""}`;
}

function isList<T>(value: Readonly<Record<string, unknown>> | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
