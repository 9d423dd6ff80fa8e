import type { Hex } from "viem";
import { FieldInvalidError } from "./errors.ts";
import { readHex, readList, readNumber, readObject, readOneOf, readOptional, readString } from "./jsonReader.ts";

const actions = ["note", "hold", "suspend", "revoke", "report-misuse", "release"] as const;
export type EvidenceAction = (typeof actions)[number];

/** What a relayer's sentinel did about a session, and what it saw. Best effort, and a guess: nothing the chain has judged. */
export type Evidence = {
  id: number;
  /** Seconds since the Unix epoch. */
  at: number;
  action: EvidenceAction;
  /** The rule that decided, such as `unusual` or `refused-attempts`. */
  rule: string;
  /** How unlike the key's history it was, in nats of surprise. */
  score: number;
  /** What the score is the sum of, in nats, and counts of the last minutes, by name. */
  features: Readonly<Record<string, number>>;
  orderHash: Hex | undefined;
};

export function parseEvidences(json: unknown): Evidence[] {
  return readList(readObject(json, "answer")["evidence"], "evidence", (value, path) => {
    const fields = readObject(value, path);
    const features = Object.entries(readObject(fields["features"], `${path}.features`));
    return {
      id: readNumber(fields["id"], `${path}.id`),
      at: readDate(fields["at"], `${path}.at`),
      action: readOneOf(fields["action"], `${path}.action`, actions),
      rule: readString(fields["rule"], `${path}.rule`),
      score: readReal(fields["score"], `${path}.score`),
      features: Object.fromEntries(
        features.map(([name, feature]) => [name, readReal(feature, `${path}.features.${name}`)]),
      ),
      orderHash: readOptional(fields["orderHash"], `${path}.orderHash`, (hash, at) => readHex(hash, at, 32)),
    };
  });
}

function readReal(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new FieldInvalidError(path, "is not a number");
  return value;
}

function readDate(value: unknown, path: string): number {
  const at = Date.parse(readString(value, path));
  if (Number.isNaN(at)) throw new FieldInvalidError(path, "is not a date");
  return Math.floor(at / 1000);
}

const actionWords: Readonly<Record<EvidenceAction, string>> = {
  note: "Noted",
  hold: "Held the key's orders",
  suspend: "Held the key's orders and had the session suspended on chain",
  revoke: "Held the key's orders and had the session revoked on chain",
  "report-misuse": "Showed the contract an order that the key should not have signed",
  release: "Released by the owner: the key is learned anew",
};

const featureWords: Readonly<Record<string, string>> = {
  pace: "more orders than usual",
  size: "a greater amount than usual",
  novelty: "a recipient or function never used before",
  source: "an address it never came from",
  failures: "more failures than usual",
  hour: "an hour at which it is not active",
};
/** Features below it are hardly worth a word. */
const surpriseMin = 1;

/** A sentence for one piece of evidence. */
export function describeEvidence({ action, rule, features }: Evidence): string {
  const what = actionWords[action];
  if (rule === "refused-attempts") {
    const count = Math.round(features["refusedAttempts"] ?? 0);
    return `${what}: about ${count} orders that its session does not allow, within minutes.`;
  }
  const reasons = Object.entries(features)
    .filter(([name, value]) => name in featureWords && value >= surpriseMin)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name]) => featureWords[name]);
  return reasons.length === 0 ? `${what}.` : `${what}: ${reasons.join(", ")}.`;
}
