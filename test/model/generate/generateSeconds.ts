import type { Draft } from "./draft.ts";

const day = 86_400;

/** Often none; at times to the edge of a period, of a lease or of a session. */
export function generateSeconds({ random, plans, state }: Draft): number {
  const edges = plans.flatMap(({ session }) => [
    session.validAfter - state.now,
    session.validUntil - state.now,
    ...session.limits.flatMap(({ period }) =>
      period === 0 ? [] : [period - ((((state.now - session.validAfter) % period) + period) % period)],
    ),
  ]);
  const edge = random.find(edges.filter((seconds) => seconds > 0 && seconds < 2 * day)) ?? 0;
  if (random.chance(0.54)) return 0;
  return random.pick([
    () => 1 + random.int(5),
    () => 1 + random.int(70),
    () => edge,
    () => Math.max(0, edge - 1),
    () => (random.chance(0.1) ? random.int(3 * day) : 0),
  ])();
}
