/** The stages of admission in their order, cheap before dear. */
export const stageNames = [
  "address",
  "body",
  "authentication",
  "decryption",
  "schema",
  "content",
  "policy",
  "signature",
  "access",
  "session-limit",
  "state",
  "rules",
  "reservation",
  "anomaly",
  "simulation",
  "store",
] as const;
export type Stage = (typeof stageNames)[number];

export const verdicts = ["passed", "refused", "unavailable"] as const;
export type Verdict = (typeof verdicts)[number];
