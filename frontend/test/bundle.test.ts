// @vitest-environment jsdom
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const demoKey = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const folder = mkdtempSync(join(tmpdir(), "latchkey-bundle-"));
const readScripts = (): string =>
  readdirSync(join(folder, "assets"))
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(folder, "assets", name), "utf8"))
    .join("\n");

describe("the production bundle", () => {
  beforeAll(async () => {
    process.env["VITE_DEMO_OWNER_KEY"] = demoKey;
    await build({
      configFile: join(import.meta.dirname, "../vite.config.ts"),
      mode: "production",
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("holds no demo owner, even if the environment asks for one", () => {
    const scripts = readScripts();
    expect(scripts).toContain("Connect a wallet");
    expect(scripts).not.toContain(demoKey.slice(2));
    expect(scripts).not.toContain("Demo owner");
    expect(scripts).not.toContain("demoOwner");
  });

  it("has a policy that allows no foreign script, style, font, frame or form", () => {
    const page = new DOMParser().parseFromString(readFileSync(join(folder, "index.html"), "utf8"), "text/html");
    const policy = page.querySelector("meta[http-equiv='Content-Security-Policy']")?.getAttribute("content") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'; style-src 'self'; font-src 'self'");
    expect(policy).not.toContain("unsafe");
    const sources = [...page.querySelectorAll("script, link")].map(
      (element) => element.getAttribute("src") ?? element.getAttribute("href") ?? "inline",
    );
    expect(sources.filter((source) => !source.startsWith("/") || source.startsWith("//"))).toEqual([]);
  });
});
