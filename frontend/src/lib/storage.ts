import type { Hex } from "viem";

/** What this browser remembers; a forbidden or full storage only means that nothing is remembered. */
export type Storage = { get: (key: string) => string | null; set: (key: string, value: string) => void };

export const browserStorage: Storage = {
  get: (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set: (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {
      // The page works without memory.
    }
  },
};

/** Names of sessions are this browser's alone: the chain stores none. */
export const getSessionName = (storage: Storage, sessionId: Hex): string | undefined =>
  storage.get(`latchkey.name.${sessionId}`) ?? undefined;

export const setSessionName = (storage: Storage, sessionId: Hex, name: string): void =>
  storage.set(`latchkey.name.${sessionId}`, name.slice(0, 60));
