import { expect, it } from "vitest";
import { describeEvidence, FieldInvalidError } from "../src/index.ts";
import { parseEvidences } from "../src/evidence.ts";

const held = {
  id: 7,
  at: "2026-01-05T09:00:01.500Z",
  action: "hold",
  rule: "unusual",
  score: 15.2,
  features: { pace: 0.2, size: 6, novelty: 6, source: 3.2, failures: 0, hour: 0, orders: 60, refusedAttempts: 0 },
  orderHash: `0x${"AB".repeat(32)}`,
};

it("parses what the relayer answers", () => {
  const [evidence] = parseEvidences({ evidence: [held] });
  expect(evidence).toMatchObject({ id: 7, at: 1_767_603_601, action: "hold", orderHash: `0x${"ab".repeat(32)}` });
});

it.each([
  [{ action: "forgive" }, "evidence[0].action"],
  [{ at: "yesterday" }, "evidence[0].at is not a date"],
  [{ score: "high" }, "evidence[0].score is not a number"],
  [{ features: { pace: null } }, "evidence[0].features.pace"],
])("refuses %j", (change, message) => {
  const parse = () => parseEvidences({ evidence: [{ ...held, ...change }] });
  expect(parse).toThrow(FieldInvalidError);
  expect(parse).toThrow(message);
});

it.each([
  [
    {},
    "Held the key's orders: a greater amount than usual, a recipient or function never used before, an address it never came from.",
  ],
  [
    { rule: "refused-attempts", features: { refusedAttempts: 30.7 } },
    "Held the key's orders: about 31 orders that its session does not allow, within minutes.",
  ],
  [{ action: "release", rule: "released-by-owner", features: {} }, "Released by the owner: the key is learned anew."],
  [{ action: "report-misuse", features: {} }, "Showed the contract an order that the key should not have signed."],
])("puts %j into a sentence", (change, sentence) => {
  const [evidence] = parseEvidences({ evidence: [{ ...held, ...change }] });
  expect(evidence && describeEvidence(evidence)).toBe(sentence);
});
