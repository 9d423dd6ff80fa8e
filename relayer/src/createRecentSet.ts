/** Keys that came lately. */
export type RecentSet<Key> = {
  has: (key: Key) => boolean;
  /** Whether it was new. */
  add: (key: Key) => boolean;
};

/**
 * Remembers the last `sizeMin` keys at least and twice as many at most, in two generations of which the older is dropped
 * whole: dropping single ones from a large `Map` or `Set` makes each further key dearer than all else that is done with it.
 */
export function createRecentSet<Key>(sizeMin: number): RecentSet<Key> {
  let young = new Set<Key>();
  let old = new Set<Key>();
  const has = (key: Key): boolean => young.has(key) || old.has(key);
  return {
    has,
    add(key) {
      if (has(key)) return false;
      if (young.size >= sizeMin) {
        old = young;
        young = new Set();
      }
      young.add(key);
      return true;
    },
  };
}
