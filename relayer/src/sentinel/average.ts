/** Mean and variance in which what came last counts most. */
export type Average = { count: number; mean: number; variance: number };

/** A count that fades with time. */
export type Decayed = { value: number; at: number };

/** What one value is worth at least: about the last hundred make the average. */
const weightMin = 0.02;

export const emptyAverage = (): Average => ({ count: 0, mean: 0, variance: 0 });

/**
 * One step of the exponentially weighted mean and variance (T. Finch, "Incremental calculation of weighted mean and
 * variance", 2009); until there are enough values, the plain mean. What S. W. Roberts' control charts watch
 * (Technometrics 1(3), 1959).
 */
export function addToAverage(average: Average, value: number): Average {
  const weight = Math.max(1 / (average.count + 1), weightMin);
  const difference = value - average.mean;
  const step = weight * difference;
  return {
    count: average.count + 1,
    mean: average.mean + step,
    variance: (1 - weight) * (average.variance + difference * step),
  };
}

/**
 * How much a value above the average surprises, in nats: z²/2, what a normal distribution says of it. 0 below the average;
 * at most `max`. `deviationMin` is what values may differ by at least, so that a machine's regularity is no trap.
 */
export function toSurprise(average: Average, value: number, deviationMin: number, max: number): number {
  if (average.count === 0 || value <= average.mean) return 0;
  const deviation = Math.max(Math.sqrt(average.variance), deviationMin);
  const z = (value - average.mean) / deviation;
  return Math.min(max, (z * z) / 2);
}

/** The count as it is at `now` (milliseconds), having fallen to 1/e in `lifeMs`. */
export function toCount({ value, at }: Decayed, now: number, lifeMs: number): number {
  return value * Math.exp(-Math.max(0, now - at) / lifeMs);
}

export function addToCount(counter: Decayed, now: number, lifeMs: number): Decayed {
  return { value: toCount(counter, now, lifeMs) + 1, at: Math.max(now, counter.at) };
}
