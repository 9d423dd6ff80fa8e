import { expect, test } from "vitest";
import { createRecentSet } from "../src/createRecentSet.ts";

test("knows the last keys, as many as it must at least, and no more than twice as many", () => {
  const set = createRecentSet<number>(10);
  for (let key = 0; key < 1_000; key += 1) {
    expect(set.has(key)).toBe(false);
    expect(set.add(key)).toBe(true);
    for (let last = Math.max(0, key - 9); last <= key; last += 1) expect(set.has(last)).toBe(true);
    const known = Array.from({ length: key + 1 }, (_, each) => each).filter((each) => set.has(each));
    expect(known.length).toBeLessThanOrEqual(20);
  }
});

test("tells whether a key is new", () => {
  const set = createRecentSet<string>(2);
  expect([set.add("a"), set.add("a"), set.add("b"), set.add("a")]).toEqual([true, false, true, false]);
});
