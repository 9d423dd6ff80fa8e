import type { Config } from "../config.ts";
import { toCount } from "./average.ts";
import { troubleLifeMs, type History } from "./history.ts";
import { rungs, type Rung } from "./rungs.ts";

/** What is to be done, and the rule that says so. */
export type Decision = { rung: Rung; rule: SentinelRule };
export type SentinelRule = "usual" | "unusual" | "refused-attempts" | "unusual-while-held";

/** Unusual orders in about ten minutes of a hold, more than which it is no accident. */
const heldMax = 10;

export const isAtLeast = (rung: Rung, least: Rung): boolean => rungs.indexOf(rung) >= rungs.indexOf(least);
const lower = (a: Rung, b: Rung): Rung => (isAtLeast(a, b) ? b : a);

/** What score and hard rules ask for, whatever may be done. */
export function toDecision(total: number, history: History, now: number, config: Config["sentinel"]): Decision {
  const byScore: Rung =
    total >= config.revokeScore
      ? "revoke"
      : total >= config.suspendScore
        ? "suspend"
        : total >= config.holdScore
          ? "hold"
          : total >= config.noteScore
            ? "note"
            : "off";
  const refusals = toCount(history.refusals, now, troubleLifeMs);
  const { refusalsMax } = config;
  const byRefusals: Rung =
    refusals > 4 * refusalsMax
      ? "revoke"
      : refusals > 2 * refusalsMax
        ? "suspend"
        : refusals > refusalsMax
          ? "hold"
          : "off";
  if (byRefusals !== "off" && isAtLeast(byRefusals, byScore)) return { rung: byRefusals, rule: "refused-attempts" };
  const isStubborn = toCount(history.held, now, troubleLifeMs) > heldMax;
  if (isStubborn && !isAtLeast(byScore, "suspend")) return { rung: "suspend", rule: "unusual-while-held" };
  return { rung: byScore, rule: byScore === "off" ? "usual" : "unusual" };
}

/** What is left of a rung where the operator or the session allows less. */
export function toAllowed(
  rung: Rung,
  { level, canSuspend, canRevoke }: { level: Rung; canSuspend: boolean; canRevoke: boolean },
): Rung {
  const most: Rung = canRevoke ? "revoke" : canSuspend ? "suspend" : "hold";
  return lower(lower(rung, level), most);
}
