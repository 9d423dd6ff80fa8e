/** JSON Schema, as far as the API's own description uses it. */
type Schema = {
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
};

const junk: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  "",
  "0x",
  "0xzz",
  "-1",
  `0x${"00".repeat(33)}`,
  "9".repeat(100),
  "\u0000\ud800",
  "a".repeat(5_000),
  [],
  {},
  [[[[]]]],
  { __proto__: null, constructor: 1 },
];

/** Bodies that are near what `schema` describes, each with something wrong or unexpected in one or more places. */
export function createMalformed(schema: Schema, random: () => number): unknown {
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const isWrong = (): boolean => random() < 0.15;

  function build(part: Schema, depth: number): unknown {
    if (depth > 8 || isWrong()) return pick(junk);
    if (part.const !== undefined) return part.const;
    if (part.enum !== undefined) return pick(part.enum);
    const choice = pick(part.anyOf ?? part.oneOf ?? []);
    if (choice !== undefined) return build(choice, depth + 1);
    switch (part.type) {
      case "object": {
        const entries = Object.entries(part.properties ?? {}).filter(() => !isWrong());
        const built = Object.fromEntries(entries.map(([name, value]) => [name, build(value, depth + 1)]));
        return isWrong() ? { ...built, unexpected: pick(junk) } : built;
      }
      case "array":
        return Array.from({ length: Math.floor(random() * 4) }, () => build(part.items ?? {}, depth + 1));
      case "integer":
      case "number":
        return Math.floor((part.minimum ?? 0) + random() * 1_000);
      case "boolean":
        return random() < 0.5;
      default:
        return toText(part.pattern ?? "", random);
    }
  }

  // Something must be wrong with the whole, too, now and then.
  return random() < 0.05 ? pick(junk) : build(schema, 0);
}

/** Hex where the pattern speaks of hex, of its length if it has one; otherwise a number. */
function toText(pattern: string, random: () => number): string {
  if (!pattern.includes("0x")) return String(Math.floor(random() * 1e9));
  const digits = Number(/\{(\d+)\}\$?$/.exec(pattern)?.[1] ?? 40);
  return `0x${Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("")}`;
}
