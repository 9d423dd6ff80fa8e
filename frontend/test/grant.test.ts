import { encodeAccountExecute, encodePause } from "@latchkey/sdk";
import { describe, expect, it } from "vitest";
import { buildGrant } from "../src/features/grant/buildGrant.ts";
import { checkGrantForm, type GrantForm, toInitialForm, toRoutes } from "../src/features/grant/grantForm.ts";
import { readGrant } from "../src/features/grant/readGrant.ts";
import { parseConfig } from "../src/lib/config.ts";
import { ReviewError } from "../src/lib/errors.ts";
import { toGlossary, toTokens } from "../src/lib/tokens.ts";
import { account, bot, configJson, manager, owner, recipient, usdc } from "./fixtures.ts";

const config = parseConfig(configJson);
const now = Math.floor(Date.now() / 1000);
const deployment = { config, tokens: toTokens(config) };
const context = { deployment, account, owner };
const fill = (change: Partial<GrantForm>): GrantForm => ({
  ...toInitialForm(deployment, { signer: bot, amount: "100" }),
  ...change,
});
const build = (form: GrantForm) => {
  const checked = checkGrantForm(form, context);
  if (!checked.ok) throw new Error(JSON.stringify(checked.errors));
  return buildGrant(checked.input, { config, glossary: toGlossary(config), account, epoch: 4, now });
};
const findErrors = (form: GrantForm) => {
  const checked = checkGrantForm(form, context);
  return checked.ok ? {} : checked.errors;
};

describe("checkGrantForm", () => {
  it("offers both directions of every pool", () => {
    const symbols = toRoutes(deployment).map(({ tokenIn, tokenOut }) => `${tokenIn.symbol}>${tokenOut.symbol}`);
    expect(symbols).toEqual(["USDC>WETH", "WETH>USDC"]);
  });

  it("reads the amount in the decimals of the token to sell", () => {
    expect(checkGrantForm(fill({ amount: "1.5" }), context)).toMatchObject({ ok: true, input: { amount: 1_500_000n } });
    expect(checkGrantForm(fill({ amount: "1.5", route: "1" }), context)).toMatchObject({
      ok: true,
      input: { amount: 15n * 10n ** 17n },
    });
  });

  it("says what is wrong with every field at once", () => {
    const errors = findErrors(
      fill({ signer: "", amount: "0", maxOrders: "0", duration: "99999999", amountPerOrder: "x" }),
    );
    expect(Object.keys(errors).toSorted()).toEqual(["amount", "amountPerOrder", "duration", "maxOrders", "signer"]);
  });

  it("refuses the owner's wallet and the account as the bot's key", () => {
    expect(findErrors(fill({ signer: owner })).signer).toContain("your own wallet");
    expect(findErrors(fill({ signer: account })).signer).toContain("account itself");
  });

  it("never takes a private key", () => {
    expect(findErrors(fill({ signer: `0x${"12".repeat(32)}` })).signer).toContain("private key");
  });

  it("wants recipients for a payment, and 16 at most", () => {
    const payment = { template: "payment", token: usdc.address } as const;
    const many = Array.from({ length: 17 }, (_, index) => `0x${(index + 1).toString(16).padStart(40, "0")}`).join("\n");
    expect(findErrors(fill({ ...payment })).recipients).toBe("Enter at least one address.");
    expect(findErrors(fill({ ...payment, recipients: many })).recipients).toContain("At most 16");
    expect(findErrors(fill({ ...payment, recipients: `${recipient}, nonsense` })).recipients).toContain("nonsense");
  });
});

describe("readGrant", () => {
  it("reads back from the bytes what the form said", () => {
    const grant = readGrant(build(fill({ duration: "86400", maxOrders: "50" })), { manager, account });
    expect(grant.session).toMatchObject({
      account,
      signer: bot,
      epoch: 4,
      validAfter: now,
      validUntil: now + 86_400,
      maxOrders: 50,
      limits: [{ token: usdc.address, amount: 100_000_000n, period: 86_400, kind: "gross" }],
    });
    expect(grant.scopes).toHaveLength(1);
  });

  it("refuses bytes that do anything but one grant", () => {
    const grant = build(fill({}));
    const other = encodeAccountExecute([{ target: manager, data: encodePause(account) }]);
    expect(() => readGrant(other, { manager, account })).toThrow("not grant");
    expect(() => readGrant(grant, { manager: recipient, account })).toThrow(ReviewError);
    expect(() => readGrant(grant, { manager, account: recipient })).toThrow(ReviewError);
    expect(() => readGrant("0x12345678", { manager, account })).toThrow("not an account's execute");
  });

  it("refuses a second call that rides along", () => {
    const twice = encodeAccountExecute([
      { target: manager, data: encodePause(account) },
      { target: recipient, value: 1n },
    ]);
    expect(() => readGrant(twice, { manager, account })).toThrow("not exactly one call");
  });
});
