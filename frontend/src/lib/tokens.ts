import { type Glossary, nativeToken } from "@latchkey/sdk";
import type { Address } from "viem";
import type { AppConfig, Token } from "./config.ts";
import { isSameAddress, toAmountText, toShortHex } from "./format.ts";

export const isNative = (address: Address): boolean => isSameAddress(address, nativeToken);

/** Native first, then the configured tokens. */
export const toTokens = (config: AppConfig): readonly Token[] => [
  { address: nativeToken, symbol: config.nativeSymbol, decimals: 18 },
  ...config.tokens,
];

/** The names of this deployment's tokens and contracts, for the SDK's sentences. */
export const toGlossary = (config: AppConfig): Glossary => ({
  tokens: Object.fromEntries(toTokens(config).map(({ address, ...token }) => [address, token])),
  labels: config.uniswap === undefined ? {} : { [config.uniswap.router]: "Uniswap" },
});

export const findToken = (tokens: readonly Token[], address: Address): Token | undefined =>
  tokens.find((token) => isSameAddress(token.address, address));

/** `12.5 USDC`; raw units, said to be raw, for a token nobody configured. */
export const toTokenAmountText = (tokens: readonly Token[], address: Address, amount: bigint): string => {
  const token = findToken(tokens, address);
  return token === undefined
    ? `${amount} raw units of ${toShortHex(address)}`
    : `${toAmountText(amount, token.decimals)} ${token.symbol}`;
};

export const toSymbol = (tokens: readonly Token[], address: Address): string =>
  findToken(tokens, address)?.symbol ?? toShortHex(address);
