// @vitest-environment jsdom
import { createScope, createSession, exposure, type SessionInput, templates } from "@latchkey/sdk";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { MaximumLoss } from "../src/features/grant/MaximumLoss.tsx";
import { parseConfig } from "../src/lib/config.ts";
import { toGlossary } from "../src/lib/tokens.ts";
import { account, bot, configJson, recipient, router, usdc, weth } from "./fixtures.ts";

const glossary = toGlossary(parseConfig(configJson));
const now = Math.floor(Date.now() / 1000);
const day = 86_400;
const terms = { account, signer: bot, validAfter: now, validUntil: now + 7 * day, maxOrders: 10 };
const swap = templates.uniswapSwap({
  router,
  tokenIn: usdc.address,
  tokenOut: weth.address,
  fee: 3000,
  amount: 100_000_000n,
  period: day,
});

/** What the section says of a session. */
const show = (content: Pick<SessionInput, "scopes" | "limits">): string | null => {
  const { session, scopes } = createSession({ ...terms, ...content });
  const shown = exposure(session, scopes, { ...glossary, now });
  render(<MaximumLoss exposure={shown} validUntil={session.validUntil} tokens={[usdc, weth]} />);
  return screen.getByRole("region", { name: "The most you could lose" }).textContent;
};

describe("MaximumLoss", () => {
  afterEach(cleanup);

  it("counts every period until the end, and two around a reset", () => {
    const text = show(swap);
    expect(text).toContain("700 USDC until");
    expect(text).toContain("of which up to 200 USDC at once");
    expect(text).not.toContain("Not bounded");
  });

  it("says a lifetime limit once", () => {
    const text = show(
      templates.payment({ token: usdc.address, recipients: [recipient], amount: 5_000_000n, period: 0 }),
    );
    expect(text).toContain("5 USDC until");
    expect(text).not.toContain("at once");
  });

  it("does not call an inventory a bound", () => {
    const limits = [...swap.limits, { token: weth.address, amount: 5n, kind: "inventory" as const }];
    expect(show({ scopes: swap.scopes, limits })).toContain("All WETH that the key buys");
  });

  it("says so where nothing is known", () => {
    const unknown = createScope({ target: recipient, function: "0x12345678" });
    expect(show({ scopes: [...swap.scopes, unknown], limits: swap.limits })).toContain("what 1 of the functions");
  });
});
