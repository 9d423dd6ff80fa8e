import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { installWithApt, isAptAvailable, isExecutable } from "./aptPackages.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const macApps = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

function findInPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** The newest Chromium that `npx playwright install chromium` has put into its cache. */
function findInPlaywrightCache(): string | undefined {
  const folders = [
    process.env["PLAYWRIGHT_BROWSERS_PATH"],
    join(homedir(), ".cache", "ms-playwright"),
    join(homedir(), "Library", "Caches", "ms-playwright"),
  ];
  const inside = [
    "chrome-linux/chrome",
    "chrome-linux64/chrome",
    "chrome-mac/Chromium.app/Contents/MacOS/Chromium",
    "chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
  ];
  const toRevision = (name: string) => Number(name.slice("chromium-".length));
  return folders
    .filter((folder) => folder !== undefined && existsSync(folder))
    .flatMap((folder) =>
      readdirSync(String(folder))
        .filter((name) => /^chromium-\d+$/.test(name))
        .toSorted((a, b) => toRevision(b) - toRevision(a))
        .flatMap((name) => inside.map((path) => join(String(folder), name, path))),
    )
    .find(isExecutable);
}

function install(): string | undefined {
  console.log("No Chromium found; installing it with apt-get …");
  installWithApt("chromium");
  return findInPath();
}

/**
 * A Chromium or Chrome to test with: `CHROME_PATH`, the system's, Playwright's, or, as root where there is apt, a freshly
 * installed one. Throws with what to do if there is none.
 */
export function findChromium(): string {
  const wanted = process.env["CHROME_PATH"];
  if (wanted !== undefined && wanted !== "") {
    if (isExecutable(wanted)) return wanted;
    throw new Error(`CHROME_PATH is ${wanted}, which is no program that can be run`);
  }
  const found =
    findInPath() ?? macApps.find(isExecutable) ?? findInPlaywrightCache() ?? (isAptAvailable() && install());
  if (found) return found;
  throw new Error(
    "The browser tests need Chromium or Chrome, and none was found. Install one (`apt-get install chromium`, " +
      "https://www.google.com/chrome, or `npx playwright install chromium`), or name one in CHROME_PATH.",
  );
}
