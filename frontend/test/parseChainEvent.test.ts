import { zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { toKind } from "../src/features/activity/activityEntry.ts";
import { describeEntry } from "../src/features/activity/describeEntry.ts";
import { parseChainEvent } from "../src/features/activity/parseChainEvent.ts";

import { account } from "./fixtures.ts";

const hash = `0x${"12".repeat(32)}`;
const data = { transactionHash: hash, sessionId: hash, orderHash: hash, nonce: 3, reason: "0x1234" };

describe("parseChainEvent", () => {
  it("reads an order's event and its place on the chain", () => {
    expect(parseChainEvent({ id: "12-4", name: "OrderFailed", data })).toEqual([
      { id: "12-4", blockNumber: 12n, logIndex: 4, name: "OrderFailed", ...data },
    ]);
  });

  it("leaves out what the page does not know", () => {
    expect(parseChainEvent({ id: "12-4", name: "ManagerInstalled", data })).toEqual([]);
  });

  it.each([
    ["SessionSuspended", { sessionId: hash, by: account }, "Key suspended by its sentinel", "keys"],
    ["SessionResumed", { sessionId: hash }, "Key resumed", "keys"],
    ["MisuseProven", { sessionId: hash, orderHash: hash }, "Misuse proven", "keys"],
    ["GuardianSet", { guardian: account }, "Guardian named", "stops"],
    ["GuardianSet", { guardian: zeroAddress }, "Guardian removed", "stops"],
  ] as const)("tells of %s", (name, fields, label, kind) => {
    const [entry] = parseChainEvent({ id: "12-4", name, data: { transactionHash: hash, ...fields } });
    if (entry === undefined) throw new Error("The page does not show it");
    expect(describeEntry(entry, {}).label).toBe(label);
    expect(toKind(entry)).toBe(kind);
  });

  it.each([
    ["place", { id: "later", name: "OrderExecuted", data }],
    ["transactionHash", { id: "12-4", name: "OrderExecuted", data: { ...data, transactionHash: "0x12" } }],
    ["reason", { id: "12-4", name: "OrderFailed", data: { ...data, reason: "because" } }],
    ["by", { id: "12-4", name: "AccountPaused", data }],
  ])("refuses an event without its %s, so that the chain's logs are read instead", (what, event) => {
    expect(() => parseChainEvent(event)).toThrow(`has no ${what}`);
  });
});
