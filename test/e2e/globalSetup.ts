import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, preview } from "vite";
import type { TestProject } from "vitest/node";
import { findChromium } from "../../scripts/findChromium.ts";
import { root } from "../../scripts/root.ts";
import { findFreePort } from "../../scripts/stack/ports.ts";
import { createWebConfig } from "../../scripts/stack/services.ts";
import { type Stack, startStack } from "../../scripts/stack/startStack.ts";

/** What the tests need to know of the running stack. */
export type World = {
  chromium: string;
  web: string;
  rpc: string;
  relayer: string;
  chainId: number;
  manager: string;
  dollar: string;
  demo: { owner: string; ownerKey: string; account: string; sessionId: string; sessionKey: string };
};

declare module "vitest" {
  interface ProvidedContext {
    world: World;
  }
}

/** The production build, as an operator would serve it: with its content security policy and without the demo owner. */
const serveWebApp = async (stack: Stack, folder: string, port: number) => {
  const { chain, addresses: latchkey, uniswap, urls } = stack;
  const config = createWebConfig({ chain, latchkey, uniswap, relayerUrl: urls.relayer });
  const configPath = join(folder, "latchkey.json");
  writeFileSync(configPath, JSON.stringify(config));
  process.env["LATCHKEY_CONFIG"] = configPath;
  const shared = {
    configFile: join(root, "frontend/vite.config.ts"),
    logLevel: "error" as const,
    build: { outDir: join(folder, "dist"), emptyOutDir: true },
  };
  await build(shared);
  return preview({ ...shared, preview: { host: "127.0.0.1", port, strictPort: true } });
};

export default async function setUp(project: TestProject) {
  const chromium = findChromium();
  const folder = mkdtempSync(join(tmpdir(), "latchkey-e2e-"));
  const port = await findFreePort(0);
  const stack = await startStack({ ports: { chain: 0, relayer: 0, web: port }, web: false });
  const server = await serveWebApp(stack, folder, port);
  const { chain, addresses, uniswap, account, session, urls } = stack;
  project.provide("world", {
    chromium,
    web: `http://127.0.0.1:${port}`,
    rpc: urls.rpc,
    relayer: urls.relayer,
    chainId: chain.chainId,
    manager: addresses.sessionManager,
    dollar: uniswap.tokens.dollar.address,
    demo: {
      owner: chain.accounts.owner.account.address,
      ownerKey: chain.accounts.owner.privateKey,
      account,
      sessionId: session.sessionId,
      sessionKey: session.key.address,
    },
  });
  return async () => {
    await server.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
