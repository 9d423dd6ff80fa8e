/** Hands out nonces of one session, each once, starting where the relayer says. */
export type NonceSource = {
  take: () => Promise<number>;
  /** Gives back a nonce whose order was refused before it was stored. */
  release: (nonce: number) => void;
  /** Asks the relayer again: another process may use the same key. */
  refresh: () => Promise<void>;
};

/** The manager forgets nonces 64 below the highest used; one given back is not handed out again from half of that. */
const reuseMax = 32;

export function createNonceSource(load: () => Promise<number>): NonceSource {
  let next: number | undefined;
  let loading: Promise<void> | undefined;
  let released: number[] = [];

  function refresh(): Promise<void> {
    loading ??= load()
      .then((loaded) => {
        next = Math.max(next ?? 0, loaded);
        released = released.filter((nonce) => nonce >= loaded);
      })
      .finally(() => {
        loading = undefined;
      });
    return loading;
  }

  return {
    refresh,
    async take() {
      if (next === undefined || loading !== undefined) await refresh();
      const from = next ?? 0;
      released = released.filter((nonce) => from - nonce < reuseMax).toSorted((a, b) => a - b);
      const reused = released.shift();
      if (reused !== undefined) return reused;
      next = from + 1;
      return from;
    },
    release(nonce) {
      released.push(nonce);
    },
  };
}
