import { describe, expect, it } from "vitest";
import { parseChainEvent } from "../src/features/activity/parseChainEvent.ts";

const hash = `0x${"12".repeat(32)}`;
const data = { transactionHash: hash, sessionId: hash, orderHash: hash, nonce: 3, reason: "0x1234" };

describe("parseChainEvent", () => {
  it("reads an order's event and its place on the chain", () => {
    expect(parseChainEvent({ id: "12-4", name: "OrderFailed", data })).toEqual([
      { id: "12-4", blockNumber: 12n, logIndex: 4, name: "OrderFailed", ...data },
    ]);
  });

  it("leaves out what the page does not know", () => {
    expect(parseChainEvent({ id: "12-4", name: "GuardianSet", data })).toEqual([]);
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
