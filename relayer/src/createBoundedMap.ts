/**
 * A map that forgets its oldest entries when it holds more than `sizeMax`. Reading an entry makes it the newest, unless the
 * map is less than half full.
 */
export type BoundedMap<Key, Value> = {
  get: (key: Key) => Value | undefined;
  set: (key: Key, value: Value) => void;
  delete: (key: Key) => void;
  clear: () => void;
  entries: () => IterableIterator<[Key, Value]>;
};

export function createBoundedMap<Key, Value>(sizeMax: number): BoundedMap<Key, Value> {
  const map = new Map<Key, Value>();
  return {
    get(key) {
      const value = map.get(key);
      if (value === undefined || 2 * map.size <= sizeMax) return value;
      map.delete(key);
      map.set(key, value);
      return value;
    },
    set(key, value) {
      map.delete(key);
      map.set(key, value);
      if (map.size <= sizeMax) return;
      const [oldest] = map.keys();
      if (oldest !== undefined) map.delete(oldest);
    },
    delete(key) {
      map.delete(key);
    },
    clear: () => map.clear(),
    entries: () => map.entries(),
  };
}
