import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import type { World } from "./globalSetup.ts";

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launchBrowser = (world: World): Promise<Browser> =>
  chromium.launch({ executablePath: world.chromium, args });

export type OpenedPage = { context: BrowserContext; page: Page; complaints: string[] };

type PageOptions = { width?: number; colorScheme?: "light" | "dark" };

/** A fresh profile. `complaints` collects what the page throws or logs as an error, policy violations among it. */
export const openPage = async (browser: Browser, world: World, options: PageOptions = {}): Promise<OpenedPage> => {
  const { width = 1440, colorScheme = "light" } = options;
  const context = await browser.newContext({
    baseURL: world.web,
    viewport: { width, height: width < 600 ? 700 : 900 },
    colorScheme,
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  return { context, page, complaints };
};
