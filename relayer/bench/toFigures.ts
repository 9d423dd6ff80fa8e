import { toPercentile, type Sending } from "./sendOrders.ts";
import type { toMined } from "./watchBlocks.ts";

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export function toAckFigures({ latenciesMs, acknowledged, durationMs, retries }: Sending) {
  return {
    ackP50Ms: toPercentile(latenciesMs, 0.5),
    ackP95Ms: toPercentile(latenciesMs, 0.95),
    ackP99Ms: toPercentile(latenciesMs, 0.99),
    ackPerSecond: Math.round((1000 * acknowledged.length) / durationMs),
    retries,
  };
}

export function toOpenFigures({ latenciesMs }: Sending) {
  return {
    openP50Ms: toPercentile(latenciesMs, 0.5),
    openP95Ms: toPercentile(latenciesMs, 0.95),
    openP99Ms: toPercentile(latenciesMs, 0.99),
  };
}

/** @param waitsMs How long the node took for each answer, sorted. */
export function toNodeFigures(waitsMs: readonly number[]) {
  return {
    nodeP50Ms: toPercentile(waitsMs, 0.5),
    nodeP95Ms: toPercentile(waitsMs, 0.95),
    nodeP99Ms: toPercentile(waitsMs, 0.99),
  };
}

/** `rawPerSecond` of transfers without a relayer. */
export function toMinedFigures(mined: ReturnType<typeof toMined>, rawPerSecond: number) {
  return {
    minedOverCeiling: round(mined.overCeiling, 3),
    minedOverRaw: round(mined.perSecond / rawPerSecond, 3),
    minedPerSecond: Math.round(mined.perSecond),
    rawPerSecond: Math.round(rawPerSecond),
    gasPerOrder: Math.round(mined.gasPerOrder),
    blockSeconds: round(mined.blockSeconds, 2),
  };
}
