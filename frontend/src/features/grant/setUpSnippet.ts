import type { Scope } from "@latchkey/sdk";
import { type Hex, hexToNumber } from "viem";
import type { AppConfig } from "../../lib/config.ts";
import { findSwap } from "../../lib/sessionView.ts";

const toSwapLines = (scopes: readonly Scope[]): string[] => {
  const swap = scopes.map(findSwap).find((found) => found !== undefined);
  if (swap === undefined) return [];
  return [
    `ROUTER=${swap.router}`,
    `TOKEN_IN=${swap.tokenIn}`,
    `TOKEN_OUT=${swap.tokenOut}`,
    `POOL_FEE=${hexToNumber(swap.fee)}`,
  ];
};

/** The environment of `examples/bot`; the private key is the bot's alone, so its line is left for the bot's machine. */
export const toSetUpSnippet = (config: AppConfig, { id, scopes }: { id: Hex; scopes: readonly Scope[] }): string =>
  [
    `RELAYER_URL=${config.relayerUrl}`,
    `CHAIN_ID=${config.chainId}`,
    `MANAGER_ADDRESS=${config.manager}`,
    `SESSION_ID=${id}`,
    ...toSwapLines(scopes),
    "SESSION_KEY=<the bot's private key, on its own machine only>",
  ].join("\n");
