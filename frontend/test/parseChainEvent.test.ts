import { zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { toKind } from "../src/features/activity/activityEntry.ts";
import { describeEntry } from "../src/features/activity/describeEntry.ts";
import { parseChainEvent } from "../src/features/activity/parseChainEvent.ts";

import { account } from "./fixtures.ts";

const hash = `0x${"12".repeat(32)}`;
const place = { blockNumber: 12, logIndex: 4 };
const data = { transactionHash: hash, sessionId: hash, orderHash: hash, nonce: 3, reason: "0x1234" };
const id = "77";

describe("parseChainEvent", () => {
  it("reads an order's event and its place on the chain", () => {
    expect(parseChainEvent({ id, name: "OrderFailed", data: { ...place, ...data } })).toEqual([
      { id: "12-4", blockNumber: 12n, logIndex: 4, name: "OrderFailed", ...data },
    ]);
  });

  it("leaves out what the page does not know", () => {
    expect(parseChainEvent({ id, name: "ManagerInstalled", data: { ...place, ...data } })).toEqual([]);
  });

  it.each([
    ["SessionSuspended", { sessionId: hash, by: account }, "Key suspended by its sentinel", "keys"],
    ["SessionResumed", { sessionId: hash }, "Key resumed", "keys"],
    ["MisuseProven", { sessionId: hash, orderHash: hash }, "Misuse proven", "keys"],
    ["GuardianSet", { guardian: account }, "Guardian named", "stops"],
    ["GuardianSet", { guardian: zeroAddress }, "Guardian removed", "stops"],
  ] as const)("tells of %s", (name, fields, label, kind) => {
    const [entry] = parseChainEvent({ id, name, data: { ...place, transactionHash: hash, ...fields } });
    if (entry === undefined) throw new Error("The page does not show it");
    expect(describeEntry(entry, {}).label).toBe(label);
    expect(toKind(entry)).toBe(kind);
  });

  it.each([
    ["blockNumber", { id, name: "OrderExecuted", data }],
    ["logIndex", { id, name: "OrderExecuted", data: { ...data, blockNumber: 12 } }],
    ["transactionHash", { id, name: "OrderExecuted", data: { ...place, ...data, transactionHash: "0x12" } }],
    ["reason", { id, name: "OrderFailed", data: { ...place, ...data, reason: "because" } }],
    ["by", { id, name: "AccountPaused", data: { ...place, ...data } }],
  ])("refuses an event without its %s, so that the chain's logs are read instead", (what, event) => {
    expect(() => parseChainEvent(event)).toThrow(`has no ${what}`);
  });
});
