/** Numbers that only look random: the same for the same seed, on every machine (mulberry32). */
export type Random = {
  /** 0 to `below - 1`. */
  int: (below: number) => number;
  /** 0 to `below - 1`. */
  bigint: (below: bigint) => bigint;
  chance: (probability: number) => boolean;
  pick: <const T>(list: readonly [T, ...T[]]) => T;
  /** One of a list that may be empty. */
  find: <T>(list: readonly T[]) => T | undefined;
  /** The key of one of the entries, by their weights. */
  weigh: <K extends string>(weights: Readonly<Record<K, number>>) => K;
};

export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  const int = (below: number) => Math.floor(next() * below);

  return {
    int,
    bigint: (below) => (BigInt(int(2 ** 32)) * below) >> 32n,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(list.length)] ?? list[0],
    find: (list) => list[int(list.length)],
    weigh: (weights) => {
      const entries = Object.entries<number>(weights) as [keyof typeof weights, number][];
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [key, weight] of entries) {
        left -= weight;
        if (left < 0) return key;
      }
      throw new RangeError("Weights must be positive");
    },
  };
}
