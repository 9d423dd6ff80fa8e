// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import type { Hex } from "viem";
import { afterEach, describe, expect, it } from "vitest";
import { TransactionStatus } from "../src/components/TransactionStatus.tsx";
import { parseConfig } from "../src/lib/config.ts";
import { createDeps, DepsProvider } from "../src/lib/deps.tsx";
import type { TransactionState } from "../src/lib/transaction.ts";
import { configJson } from "./fixtures.ts";

const hash: Hex = `0x${"ab".repeat(32)}`;
const show = (state: TransactionState, explorerUrl?: string) => {
  const config = parseConfig({ ...configJson, ...(explorerUrl !== undefined && { explorerUrl }) });
  render(
    <DepsProvider deps={createDeps(config, [])}>
      <TransactionStatus state={state} done="Revoked." />
    </DepsProvider>,
  );
};

describe("TransactionStatus", () => {
  afterEach(cleanup);

  it.each([
    [{ step: "checking" }, "Checking that the chain will accept it…"],
    [{ step: "signing" }, "Confirm in your wallet."],
    [{ step: "sent", hash }, "Sent as 0xabab…abab. Waiting for a block…"],
    [{ step: "confirmed", hash, blockNumber: 7n }, "Revoked. In block 7."],
  ] satisfies [TransactionState, string][])("says where a transaction is: %o", (state, text) => {
    show(state);
    expect(screen.getByRole("status").textContent).toContain(text);
  });

  it("says why a transaction failed, loudly", () => {
    show({ step: "failed", reason: "The session is revoked.", hash });
    expect(screen.getByRole("alert").textContent).toContain("The session is revoked.");
  });

  it("links to the explorer, if there is one", () => {
    show({ step: "sent", hash }, "https://explorer.example");
    expect(screen.getByRole("link").getAttribute("href")).toBe(`https://explorer.example/tx/${hash}`);
  });
});
