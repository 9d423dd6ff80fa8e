import type { Order, Session } from "@latchkey/sdk";
import type { Reservations } from "../admission/reservations.ts";

/** What the model looks at in an order. */
export type Observation = {
  /** Of a client, without what one client can change at will. */
  source: string | undefined;
  /** Target and selector of each call. */
  functions: readonly string[];
  /** Addresses that the calls name as arguments or send wei to, the last 8 bytes of each. */
  parties: readonly string[];
  /** The most of any limit's amount that the calls declare, 0 to 1. */
  share: number;
  /** The natural logarithm of the greatest number among the arguments. */
  magnitude: number;
};

/** Beyond these, calls and words are not looked at, so that an order's cost is bounded. */
const callsMax = 16;
const wordsMax = 32;
const wordDigits = 64;
const selectorEnd = 10;

/** Reads an order that is admissible; `declared` is what it declares of each limit. */
export function observeOrder(
  order: Pick<Order, "calls">,
  { limits }: Pick<Session, "limits">,
  declared: Reservations,
  source: string | undefined,
): Observation {
  const functions = new Set<string>();
  const parties = new Set<string>();
  let magnitude = 0;
  for (const { target, value, data } of order.calls.slice(0, callsMax)) {
    functions.add(`${target.slice(2, 18).toLowerCase()}${data.slice(2, selectorEnd)}`);
    if (value > 0n && data === "0x") parties.add(target.slice(-16).toLowerCase());
    const wordCount = Math.min(wordsMax, Math.floor((data.length - selectorEnd) / wordDigits));
    for (let index = 0; index < wordCount; index += 1) {
      const word = data.slice(selectorEnd + index * wordDigits, selectorEnd + (index + 1) * wordDigits);
      if (isAddressWord(word)) parties.add(word.slice(-16));
      else magnitude = Math.max(magnitude, toLogarithm(word));
    }
  }
  const share = limits.reduce(
    (most, { amount }, index) =>
      amount === 0n ? most : Math.max(most, Number(declared[index] ?? 0n) / Number(amount)),
    0,
  );
  return { source: source && toSource(source), functions: [...functions], parties: [...parties], share, magnitude };
}

/** 12 clean bytes, then 20 that no amount of a token is likely to reach: 2^96 and more. */
function isAddressWord(word: string): boolean {
  return word.startsWith("000000000000000000000000") && !word.startsWith("0000000000000000", 24);
}

function toLogarithm(word: string): number {
  const digits = word.replace(/^0+/, "");
  if (digits === "") return 0;
  const head = digits.slice(0, 12);
  return Math.log(Number.parseInt(head, 16)) + (digits.length - head.length) * Math.log(16);
}

/** An IPv4 address; of an IPv6 address the /64, which one client has whole. */
function toSource(address: string): string {
  const plain = address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  return [...groups, ...Array.from({ length: zeros }, () => "0"), ...rest].slice(0, 4).join(":");
}
