/** What the sentinel may do, each more than the one before. */
export const rungs = ["off", "note", "hold", "suspend", "revoke"] as const;
export type Rung = (typeof rungs)[number];
/** Those that stop orders. */
export type Step = Exclude<Rung, "off" | "note">;

export const isStep = (rung: Rung): rung is Step => rung !== "off" && rung !== "note";
