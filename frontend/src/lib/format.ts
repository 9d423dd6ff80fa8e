import { type Address, formatUnits, parseUnits } from "viem";

/** `0x1234…abcd` */
export const toShortHex = (hex: string): string => `${hex.slice(0, 6)}…${hex.slice(-4)}`;

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ",");

/** `100,000` */
export const toCountText = (count: number): string => group(String(count));

/** Rounded down, so that a remainder is never shown larger than it is. */
export const toAmountText = (value: bigint, decimals: number, fractionMax = 6): string => {
  const [whole = "0", fraction = ""] = formatUnits(value < 0n ? -value : value, decimals).split(".");
  const shown = fraction.slice(0, fractionMax).replace(/0+$/, "");
  const sign = value < 0n ? "−" : "";
  if (whole === "0" && shown === "" && value !== 0n) return `${sign}<0.${"0".repeat(fractionMax - 1)}1`;
  return `${sign}${group(whole)}${shown === "" ? "" : `.${shown}`}`;
};

export type Parsed<value> = { ok: true; value: value } | { ok: false; problem: string };

/** Parses `1,234.5`; refuses more decimals than the token has instead of rounding. */
export const parseAmount = (text: string, decimals: number): Parsed<bigint> => {
  const plain = text.trim().replaceAll(",", "");
  if (plain === "") return { ok: false, problem: "Enter an amount." };
  if (!/^\d+(\.\d*)?$|^\.\d+$/.test(plain)) return { ok: false, problem: "Enter a number such as 12.5." };
  const fraction = plain.split(".")[1] ?? "";
  if (fraction.length > decimals) return { ok: false, problem: `This token has ${decimals} decimals at most.` };
  const value = parseUnits(plain, decimals);
  if (value === 0n) return { ok: false, problem: "Enter more than zero." };
  return { ok: true, value };
};

const units: readonly (readonly [string, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** `6 days`, `23 hours`, `1 minute`: the largest unit that fits, rounded down. */
export const toDurationText = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  const [name, size] = units.find(([, unit]) => whole >= unit) ?? ["second", 1];
  const count = Math.floor(whole / size);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
};

export const toAgoText = (timestamp: number, now: number): string =>
  now - timestamp < 5 ? "just now" : `${toDurationText(now - timestamp)} ago`;

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
export const toDateTimeText = (timestamp: number): string => dateTime.format(new Date(timestamp * 1000));

/** How a period is said: `per day`, `per 6 hours`, `in all`. */
export const toPeriodText = (seconds: number): string => {
  if (seconds === 0) return "in all";
  if (seconds === 604_800) return "per week";
  const [name, size] = units.find(([, unit]) => seconds % unit === 0) ?? ["second", 1];
  const count = seconds / size;
  return count === 1 ? `per ${name}` : `per ${count} ${name}s`;
};

export const isSameAddress = (a: Address, b: Address): boolean => a.toLowerCase() === b.toLowerCase();
