import type { Browser, Page } from "playwright-core";
import { type Address, createTestClient, createWalletClient, http, parseAbi, parseEther, parseUnits } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { foundry } from "viem/chains";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parseSetUpLines, type RunningBot, startBot } from "./bot.ts";
import { launchBrowser, openPage } from "./browser.ts";
import { installTestWallet, type TestWallet } from "./testWallet.ts";

const world = inject("world");
const ownerKey = generatePrivateKey();
const owner = privateKeyToAccount(ownerKey);
const botKey = generatePrivateKey();
const botAddress = privateKeyToAccount(botKey).address;

const transport = http(world.rpc);

/** A person who has never used Latchkey, with some coins in the wallet. */
const fundOwner = async (): Promise<void> => {
  const testClient = createTestClient({ chain: foundry, mode: "anvil", transport });
  await testClient.setBalance({ address: owner.address, value: parseEther("10") });
  const wallet = createWalletClient({ account: owner, chain: foundry, transport });
  await wallet.writeContract({
    address: world.dollar as Address,
    abi: parseAbi(["function mint(address to, uint256 amount)"]),
    functionName: "mint",
    args: [owner.address, parseUnits("1000", 6)],
  });
};

describe("an owner and a bot", () => {
  let browser: Browser;
  let page: Page;
  let wallet: TestWallet;
  let complaints: string[];
  let bot: RunningBot | undefined;

  beforeAll(async () => {
    await fundOwner();
    browser = await launchBrowser(world);
    ({ page, complaints } = await openPage(browser, world));
    wallet = await installTestWallet(page, world, { privateKey: ownerKey, chainId: 1 });
  });
  afterAll(async () => {
    bot?.stop();
    await browser.close();
  });

  const press = (name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" }).click();
  const see = (text: string | RegExp) => page.getByText(text).first().waitFor();

  it("connect a wallet that announced itself, and are told of the wrong network", async () => {
    await page.goto("/");
    await page.getByRole("main").getByRole("button", { name: "Connect wallet" }).click();
    await press(/Test wallet/);
    await see("Your wallet is on another network (chain 1).");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await press("Switch to Local chain");
    await page.getByText("Your wallet is on another network").waitFor({ state: "hidden" });
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  it("create the session account, after declining once", async () => {
    wallet.rejectNext();
    await press("Create account");
    await see("You declined in the wallet. Nothing was sent.");
    await press("Create account");
    await page.getByRole("heading", { name: "Session account" }).waitFor();
    expect(await page.getByRole("button", { name: "Deposit", exact: true }).isEnabled()).toBe(true);
  });

  it("deposit a token", async () => {
    await press("Deposit");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Token").selectOption({ label: "dUSD" });
    await dialog.getByLabel("Amount").fill("600");
    await dialog.getByRole("button", { name: "Deposit" }).click();
    await dialog.getByText("Deposited.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByRole("main").getByText("600", { exact: true }).waitFor();
    expect(await dialog.count()).toBe(0);
  });

  it("grant a key by link, reading what it may do before signing", async () => {
    await page.goto(`/keys/new?signer=${botAddress}&template=uniswapSwap&name=Test+bot`);
    await page.getByLabel("The bot may spend at most").fill("100");
    await page.getByLabel("How often").selectOption({ label: "per hour" });
    await press("Review");
    await see(/Can swap dUSD for dETH/);
    await see(/Cannot withdraw/);
    expect(await page.getByRole("region", { name: "The most you could lose" }).textContent()).toContain("16,800 dUSD");
    await press("Sign and grant");
    await see("The key is granted");
    await see("Waiting for first use…");
  });

  it("run the bot with the lines of the page, and see it trade", async () => {
    const lines = await page.locator("pre").innerText();
    bot = startBot({ ...parseSetUpLines(lines), SESSION_KEY: botKey, SECONDS_BETWEEN: "1" });
    await see("The bot has used its key.");
    await page.getByRole("link", { name: "See the key" }).click();
    await page.getByRole("heading", { name: "Test bot" }).waitFor();
    await see(/^Order 1 ran$/);
    await see("−5 dUSD");
    const meter = page.getByRole("meter");
    await expect.poll(async () => Number(await meter.getAttribute("aria-valuenow"))).toBeLessThan(96);
    await see("History from the relayer.");
    expect(bot.events.map(({ event }) => event)).toContain("confirmed");
  });

  it("ask the relayer's sentinel, who has seen nothing unusual", async () => {
    await press("Sign to see what it saw");
    await see("It has seen nothing unusual.");
    expect(await page.getByRole("button", { name: "Release this key" }).count()).toBe(0);
  });

  it("revoke it, and see the bot's next order refused", async () => {
    await press("Revoke Test bot");
    await press("Revoke for ever");
    await see("The key is dead.");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await page.getByText("Revoked", { exact: true }).first().waitFor();
    const code = await bot?.exited;
    const last = bot?.events.findLast(({ event }) => event === "refused");
    expect(code).toBe(0);
    expect(last?.["reason"]).toMatch(/session-revoked|session-not-active/);
    expect(await page.getByRole("button", { name: /^Revoke/ }).count()).toBe(0);
  });

  it("show all of it in the activity, newest first", async () => {
    await page.getByRole("link", { name: "Activity", exact: true }).click();
    const entries = page.getByRole("list", { name: "Events" }).getByRole("listitem");
    await page.getByText(/^Order 0 ran$/).waitFor();
    expect(await entries.last().innerText()).toContain("Key granted");
    await page.getByRole("link", { name: "Grants and revocations" }).click();
    await expect.poll(() => entries.count()).toBe(2);
    expect(await entries.first().innerText()).toContain("Key revoked");
  });

  it("grant a payment to one recipient, and pause and unpause all keys", async () => {
    await page.goto(`/keys/new?signer=${botAddress}&template=payment&amount=20`);
    await page.getByRole("textbox", { name: "Recipients" }).fill(owner.address);
    await press("Review");
    expect(await page.getByRole("main").innerText()).toContain(owner.address);
    await press("Sign and grant");
    await see("The key is granted");
    await page.getByRole("link", { name: "Keys", exact: true }).click();
    await press("Pause all");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Pause all" }).click();
    await dialog.getByText("All keys are paused.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page.getByText("Paused", { exact: true }).waitFor();
    await press("Unpause");
    await dialog.getByRole("button", { name: "Unpause" }).click();
    await dialog.getByText("The keys work again.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page.getByText("Active", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "Pause all" }).isVisible()).toBe(true);
  });

  it("withdraw what is left", async () => {
    await page.getByRole("link", { name: "Overview" }).click();
    await press("Withdraw");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Token").selectOption({ label: "dUSD" });
    await dialog.getByRole("button", { name: "All of it" }).click();
    await dialog.getByRole("button", { name: "Withdraw to your wallet" }).click();
    await dialog.getByText("Withdrawn.").waitFor();
    expect(await dialog.getByText("In the account:").innerText()).toContain("0 dUSD");
  });

  it("break nothing on the way: no error, no violation of the content security policy", () => {
    expect(complaints).toEqual([]);
  });
});
