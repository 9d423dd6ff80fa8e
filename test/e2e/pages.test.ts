import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import type { Hex } from "viem";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { launchBrowser, openPage } from "./browser.ts";
import { installTestWallet } from "./testWallet.ts";

const world = inject("world");
const { demo } = world;

const paths = {
  introduction: "/",
  overview: "/",
  keys: "/keys",
  key: `/keys/${demo.sessionId}`,
  "new key": "/keys/new",
  activity: "/activity",
} as const;
type PageName = keyof typeof paths;

/** What shows that the page has its data. */
const signs: Record<PageName, string | RegExp> = {
  introduction: "Look up any address",
  overview: "Session account",
  keys: /Status and budgets read from the chain/,
  key: "Left to spend",
  "new key": "Bot’s key",
  activity: /^Order \d+ ran$/,
};

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser(world);
});
afterAll(() => browser.close());

const connect = async (page: Page): Promise<void> => {
  await page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).click();
  await page.getByRole("button", { name: /Test wallet/ }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
};

const open = async (name: PageName, options: { width?: number; colorScheme?: "light" | "dark" }) => {
  const opened = await openPage(browser, world, options);
  await installTestWallet(opened.page, world, { privateKey: demo.ownerKey as Hex });
  await opened.page.goto(paths[name]);
  if (name !== "introduction") await connect(opened.page);
  await opened.page.getByText(signs[name]).first().waitFor();
  return opened;
};

const findOverflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const names = Object.keys(paths) as PageName[];
const looks = names.flatMap((name) => [
  { name, width: 320, colorScheme: "light" as const },
  { name, width: 1440, colorScheme: "dark" as const },
]);

describe("every page", () => {
  it.each(looks)("$name is accessible and fits at $width px, $colorScheme", async ({ name, width, colorScheme }) => {
    const { context, page, complaints } = await open(name, { width, colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    expect(await findOverflow(page)).toBe(0);
    expect(complaints).toEqual([]);
    const folder = process.env["LATCHKEY_SCREENSHOTS"];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png` });
    await context.close();
  });
});

describe("dialogs", () => {
  it("are opened, used and closed by keyboard alone", async () => {
    const { context, page } = await open("introduction", {});
    await page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Connect a wallet" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    const focused = await page.evaluate(() => document.activeElement?.textContent);
    expect(focused).toBe("Connect wallet");
    await context.close();
  });

  it("are accessible while open", async () => {
    const { context, page } = await open("keys", { width: 320 });
    await page
      .getByRole("button", { name: /^Revoke Swap/ })
      .first()
      .click();
    await page.getByRole("dialog", { name: "Revoke this key?" }).waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await context.close();
  });
});

describe("without a wallet", () => {
  it("anyone looks up an owner's keys and can change nothing", async () => {
    const { context, page } = await openPage(browser, world);
    await page.goto("/");
    await page.getByLabel("Account or owner").fill(demo.owner);
    await page.getByRole("button", { name: "Show its keys" }).click();
    await page.getByText("Looking only").waitFor();
    await page.getByRole("link", { name: "Swap dUSD for dETH" }).first().waitFor();
    expect(await page.getByRole("button", { name: /Revoke|Pause/ }).count()).toBe(0);
    await page.getByRole("link", { name: "Activity", exact: true }).click();
    await page.getByText(signs.activity).first().waitFor();
    expect(new URL(page.url()).searchParams.get("account")).toBe(demo.owner);
    await context.close();
  });
});

describe("when a part is missing", () => {
  it("history comes from the chain's logs while the relayer is down, and the page says so", async () => {
    const { context, page } = await openPage(browser, world);
    await page.route(`${world.relayer}/**`, (route) => route.abort());
    await page.goto(`/activity?account=${demo.owner}`);
    await page.getByText("The relayer gives no history now: read from the chain’s logs.").waitFor();
    expect(await page.getByText(signs.activity).count()).toBeGreaterThan(0);
    await context.close();
  });

  it("an RPC that does not answer is an error with a way to try again, not an empty list", async () => {
    const { context, page } = await openPage(browser, world);
    await page.route(`${world.rpc}/**`, (route) => route.abort());
    await page.goto(`/keys?account=${demo.owner}`);
    await page.getByText("Local chain does not answer.").waitFor();
    await page.getByText("Can't load the account.").waitFor();
    expect(await page.getByText("No keys yet").count()).toBe(0);
    await page.unroute(`${world.rpc}/**`);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("link", { name: "Swap dUSD for dETH" }).first().waitFor();
    await context.close();
  });

  it("a missing configuration is said in full", async () => {
    const { context, page } = await openPage(browser, world);
    await page.route("**/latchkey.json", (route) => route.fulfill({ status: 404, body: "" }));
    await page.goto("/");
    await page.getByRole("heading", { name: "Latchkey is not set up here" }).waitFor();
    expect(await page.getByRole("listitem").allInnerTexts()).toEqual(["the server answered 404"]);
    await context.close();
  });
});
