/** Whole numbers below a bound, the same ones in every run (a linear congruential generator). */
export type Random = (bound: number) => number;

export function createRandom(seed: number): Random {
  let state = BigInt(seed);
  return (bound) => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & ((1n << 64n) - 1n);
    return Number((state >> 33n) % BigInt(bound));
  };
}

export function pick<T>(random: Random, list: readonly T[]): T {
  const found = list[random(list.length)];
  if (found === undefined) throw new Error("Nothing to pick from");
  return found;
}
