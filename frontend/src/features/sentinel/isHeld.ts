import type { Evidence } from "@latchkey/sdk";

/** Whether, of evidence with the newest first, nobody has released the last hold. It may have ended by itself since. */
export const isHeld = (evidence: readonly Evidence[]): boolean =>
  evidence.find(({ action }) => action !== "note" && action !== "report-misuse")?.action === "hold";
