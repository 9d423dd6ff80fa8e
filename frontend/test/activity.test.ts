import { sessionManagerAbi } from "@latchkey/sdk";
import {
  encodeAbiParameters,
  encodeErrorResult,
  encodeEventTopics,
  erc20Abi,
  type Hex,
  type Log,
  pad,
  parseEventLogs,
} from "viem";
import { describe, expect, it } from "vitest";
import { toKind } from "../src/features/activity/activityEntry.ts";
import { describeEntry } from "../src/features/activity/describeEntry.ts";
import { toMovements } from "../src/features/activity/movements.ts";
import { toActivityEntries } from "../src/features/activity/toActivityEntries.ts";
import { account, manager, recipient, usdc, weth } from "./fixtures.ts";

const sessionId = pad("0x01", { size: 32 });
const orderHash = pad("0x02", { size: 32 });
const place = (address: Hex, logIndex: number, topics: readonly Hex[], data: Hex): Log => ({
  address,
  topics: topics as Log["topics"],
  data,
  blockNumber: 9n,
  blockHash: pad("0x09", { size: 32 }),
  blockTimestamp: 0n,
  logIndex,
  transactionHash: pad("0x03", { size: 32 }),
  transactionIndex: 0,
  removed: false,
});

const toExecuted = (logIndex: number, nonce: number): Log =>
  place(
    manager,
    logIndex,
    encodeEventTopics({ abi: sessionManagerAbi, eventName: "OrderExecuted", args: { sessionId, orderHash } }) as Hex[],
    encodeAbiParameters([{ type: "uint24" }], [nonce]),
  );
const toFailed = (logIndex: number, nonce: number, reason: Hex): Log =>
  place(
    manager,
    logIndex,
    encodeEventTopics({ abi: sessionManagerAbi, eventName: "OrderFailed", args: { sessionId, orderHash } }) as Hex[],
    encodeAbiParameters([{ type: "uint24" }, { type: "bytes" }], [nonce, reason]),
  );
const toTransfer = (logIndex: number, token: Hex, from: Hex, to: Hex, value: bigint): Log =>
  place(
    token,
    logIndex,
    encodeEventTopics({ abi: erc20Abi, eventName: "Transfer", args: { from, to } }) as Hex[],
    encodeAbiParameters([{ type: "uint256" }], [value]),
  );
const parse = (logs: Log[]) => toActivityEntries(parseEventLogs({ abi: sessionManagerAbi, logs }));

describe("toActivityEntries", () => {
  it("puts the newest first", () => {
    const entries = parse([toExecuted(1, 0), toExecuted(2, 1)]);
    expect(entries.map((entry) => entry.name === "OrderExecuted" && entry.nonce)).toEqual([1, 0]);
  });

  it("says why an order failed", () => {
    const error = {
      abi: sessionManagerAbi,
      errorName: "SessionExpired",
      args: [1_700_000_000, 1_700_000_001],
    } as const;
    const [entry] = parse([toFailed(1, 4, encodeErrorResult(error))]);
    if (entry === undefined) throw new Error("There is no entry");
    expect(toKind(entry)).toBe("refused");
    expect(describeEntry(entry, {})).toMatchObject({ label: "Order 4 failed", tone: "bad" });
    expect(describeEntry(entry, {}).detail).toContain("2023");
  });
});

describe("toMovements", () => {
  const logs = [
    toTransfer(0, usdc.address, account, recipient, 7n),
    toExecuted(1, 0),
    toTransfer(2, usdc.address, account, recipient, 10n),
    toTransfer(3, usdc.address, recipient, account, 4n),
    toTransfer(4, weth.address, recipient, account, 3n),
    toTransfer(5, weth.address, recipient, manager, 99n),
    toExecuted(6, 1),
  ];

  it("sums the order's own transfers of the account, by token", () => {
    expect(toMovements(logs, { manager, account, logIndex: 6 })).toEqual([
      { token: usdc.address, amount: -6n },
      { token: weth.address, amount: 3n },
    ]);
  });

  it("leaves the other orders of the batch out", () => {
    expect(toMovements(logs, { manager, account, logIndex: 1 })).toEqual([{ token: usdc.address, amount: -7n }]);
  });
});
