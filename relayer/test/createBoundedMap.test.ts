import { expect, test } from "vitest";
import { createBoundedMap } from "../src/createBoundedMap.ts";

test("forgets the oldest entry when there are too many", () => {
  const map = createBoundedMap<string, number>(2);
  for (const [index, key] of ["a", "b", "c"].entries()) map.set(key, index);
  expect([...map.entries()]).toEqual([
    ["b", 1],
    ["c", 2],
  ]);
});

test("keeps what was read or set again while it was more than half full", () => {
  const map = createBoundedMap<string, number>(3);
  map.set("read", 1);
  map.set("set", 2);
  expect(map.get("read")).toBe(1);
  map.set("set", 3);
  map.set("third", 4);
  map.set("fourth", 5);
  expect([...map.entries()].map(([key]) => key)).toEqual(["set", "third", "fourth"]);
  expect(map.get("set")).toBe(3);
  map.set("fifth", 6);
  expect(map.get("set")).toBe(3);
  expect(map.get("third")).toBeUndefined();
});

test("does not mind the order in which entries are read while it is less than half full", () => {
  const map = createBoundedMap<string, number>(4);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  expect([...map.entries()].map(([key]) => key)).toEqual(["a", "b"]);
  expect(map.get("c")).toBeUndefined();
});
