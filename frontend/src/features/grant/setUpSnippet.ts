import type { Hex } from "viem";
import type { AppConfig } from "../../lib/config.ts";

/** The environment of `examples/bot`; the private key is the bot's alone, so its line is left for the bot's machine. */
export const toSetUpSnippet = (config: AppConfig, sessionId: Hex): string =>
  [
    `RELAYER_URL=${config.relayerUrl}`,
    `CHAIN_ID=${config.chainId}`,
    `MANAGER_ADDRESS=${config.manager}`,
    `SESSION_ID=${sessionId}`,
    "SESSION_KEY=<the bot's private key, on the bot's machine only>",
  ].join("\n");
