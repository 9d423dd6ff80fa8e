import type { Address } from "viem";
import type { Token } from "../src/lib/config.ts";

export const owner: Address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
export const account: Address = "0x1111111111111111111111111111111111111111";
export const bot: Address = "0x2222222222222222222222222222222222222222";
export const recipient: Address = "0x3333333333333333333333333333333333333333";
export const manager: Address = "0x4444444444444444444444444444444444444444";
export const router: Address = "0x5555555555555555555555555555555555555555";
export const usdc: Token = { address: "0x6666666666666666666666666666666666666666", symbol: "USDC", decimals: 6 };
export const weth: Token = { address: "0x7777777777777777777777777777777777777777", symbol: "WETH", decimals: 18 };

export const configJson = {
  chainId: 31_337,
  chainName: "Latchkey local",
  rpcUrl: "http://127.0.0.1:8545",
  relayerUrl: "http://127.0.0.1:8547",
  manager,
  factory: "0x8888888888888888888888888888888888888888",
  tokens: [usdc, weth],
  uniswap: { router, pools: [{ tokenA: usdc.address, tokenB: weth.address, fee: 3000 }] },
  startBlock: 3,
};
