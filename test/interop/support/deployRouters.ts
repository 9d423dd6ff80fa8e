import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Address, type Hex, keccak256, parseAbi, parseEther, zeroAddress } from "viem";
import { root } from "../../../scripts/root.ts";
import { type Chain, readArtifact } from "./chain.ts";

const uniswap = "node_modules/@uniswap";
const v3Periphery = `${uniswap}/v3-periphery/artifacts/contracts`;
const v4 = `${uniswap}/v4-periphery/foundry-out`;

export const permit2: Address = "0x000000000022D473030F116dDEE9F6B43aC78BA3";

export const abis = {
  token: parseAbi([
    "function mint(address to, uint256 amount)",
    "function approve(address spender, uint256 amount) returns (bool)",
    "function transfer(address to, uint256 amount) returns (bool)",
    "function balanceOf(address owner) view returns (uint256)",
    "function allowance(address owner, address spender) view returns (uint256)",
    "function deposit() payable",
  ]),
  permit2: parseAbi([
    "function approve(address token, address spender, uint160 amount, uint48 expiration)",
    "function allowance(address owner, address token, address spender) view returns (uint160 amount, uint48 expiration, uint48 nonce)",
  ]),
  v2: parseAbi([
    "function createPair(address a, address b) returns (address)",
    "function getPair(address a, address b) view returns (address)",
    "function mint(address to) returns (uint256)",
  ]),
  v3: parseAbi([
    "function createAndInitializePoolIfNecessary(address token0, address token1, uint24 fee, uint160 sqrtPriceX96) payable returns (address)",
    "struct Mint { address token0; address token1; uint24 fee; int24 tickLower; int24 tickUpper; uint256 amount0Desired; uint256 amount1Desired; uint256 amount0Min; uint256 amount1Min; address recipient; uint256 deadline; }",
    "function mint(Mint position) payable returns (uint256, uint128, uint256, uint256)",
  ]),
  v4: parseAbi([
    "struct PoolKey { address currency0; address currency1; uint24 fee; int24 tickSpacing; address hooks; }",
    "struct Liquidity { int24 tickLower; int24 tickUpper; int256 liquidityDelta; bytes32 salt; }",
    "function initialize(PoolKey key, uint160 sqrtPriceX96) returns (int24)",
    "function modifyLiquidity(PoolKey key, Liquidity liquidity, bytes hookData) payable returns (int256)",
  ]),
};

export type PoolKey = { currency0: Address; currency1: Address; fee: number; tickSpacing: number; hooks: Address };
export type Routers = Awaited<ReturnType<typeof deployRouters>>;

/** Tokens of 18 decimals trade one for one everywhere, so amounts need no conversion. */
const onePrice = 1n << 96n;
const depth = parseEther("10000");
const tickMax = 887_220;

/** Permit2's runtime code, which its own tests put at its address in the same way. */
function readPermit2Code(): Hex {
  const path = `${uniswap}/v4-periphery/lib/permit2/test/utils/DeployPermit2.sol`;
  const code = /hex"([0-9a-f]+)"/.exec(readFileSync(join(root, path), "utf8"))?.[1];
  if (code === undefined) throw new Error(`${path} holds no code`);
  return `0x${code}`;
}

export function sort(a: Address, b: Address): [Address, Address] {
  return a.toLowerCase() < b.toLowerCase() ? [a, b] : [b, a];
}

export function toPoolKey(a: Address, b: Address): PoolKey {
  const [currency0, currency1] = sort(a, b);
  return { currency0, currency1, fee: 3000, tickSpacing: 60, hooks: zeroAddress };
}

/**
 * Uniswap V2, V3 and V4, UniversalRouter 2.1 and Permit2, each from the bytecode its makers publish, and tokens `usd`,
 * `dai`, `other` and wrapped ether with pools of every two neighbours among them in each version.
 */
export async function deployRouters(chain: Chain) {
  const { deployer, deploy, call, send } = chain;
  await chain.networkHelpers.setCode(permit2, readPermit2Code());
  const weth = await deploy(`${uniswap}/v2-periphery/build/WETH9.json`);
  const token = async (symbol: string) =>
    deploy("artifacts/contracts/test/DemoToken.sol/DemoToken.json", [symbol, symbol, 18]);
  const [usd, dai, other] = [await token("USD"), await token("DAI"), await token("OTHER")];

  const v2Factory = await deploy(`${uniswap}/v2-core/build/UniswapV2Factory.json`, [deployer]);
  const v2Router = await deploy(`${uniswap}/v2-periphery/build/UniswapV2Router02.json`, [v2Factory, weth]);
  const v3Factory = await deploy(`${uniswap}/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json`);
  const v3Positions = await deploy(`${v3Periphery}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json`, [
    v3Factory,
    weth,
    zeroAddress,
  ]);
  const swapRouter = await deploy(
    `${uniswap}/swap-router-contracts/artifacts/contracts/SwapRouter02.sol/SwapRouter02.json`,
    [zeroAddress, v3Factory, v3Positions, weth],
  );
  const poolManager = await deploy(`${v4}/PoolManager.sol/PoolManager.default.json`, [deployer]);
  const v4Liquidity = await deploy(`${v4}/PoolModifyLiquidityTest.sol/PoolModifyLiquidityTest.default.json`, [
    poolManager,
  ]);
  const pairCode = readArtifact(`${uniswap}/v2-core/build/UniswapV2Pair.json`).bytecode;
  const poolCode = readArtifact(`${uniswap}/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json`).bytecode;
  const universalRouter = await deploy(
    `${uniswap}/universal-router/artifacts/contracts/UniversalRouter.sol/UniversalRouter.json`,
    [
      {
        permit2,
        weth9: weth,
        v2Factory,
        v3Factory,
        pairInitCodeHash: keccak256(pairCode),
        poolInitCodeHash: keccak256(poolCode),
        v4PoolManager: poolManager,
        v3NFTPositionManager: v3Positions,
        v4PositionManager: zeroAddress,
        spokePool: zeroAddress,
      },
    ],
  );

  for (const minted of [usd, dai, other]) await call(deployer, minted, abis.token, "mint", [deployer, depth * 100n]);
  await send(deployer, weth, "0xd0e30db0", depth * 10n);
  for (const spent of [usd, dai, other, weth]) {
    for (const spender of [v3Positions, v4Liquidity])
      await call(deployer, spent, abis.token, "approve", [spender, depth * 100n]);
  }

  const addV2 = async (a: Address, b: Address) => {
    await call(deployer, v2Factory, abis.v2, "createPair", [a, b]);
    const pair = (await chain.read(v2Factory, abis.v2, "getPair", [a, b])) as Address;
    for (const side of [a, b]) await call(deployer, side, abis.token, "transfer", [pair, depth]);
    await call(deployer, pair, abis.v2, "mint", [deployer]);
  };
  const addV3 = async (a: Address, b: Address, amount = depth, ticks = tickMax) => {
    const [token0, token1] = sort(a, b);
    await call(deployer, v3Positions, abis.v3, "createAndInitializePoolIfNecessary", [token0, token1, 3000, onePrice]);
    const range = { tickLower: -ticks, tickUpper: ticks, amount0Desired: amount, amount1Desired: amount };
    const position = { token0, token1, fee: 3000, ...range, amount0Min: 0n, amount1Min: 0n, recipient: deployer };
    await call(deployer, v3Positions, abis.v3, "mint", [{ ...position, deadline: 1n << 40n }]);
  };
  const addV4 = async (key: PoolKey) => {
    await call(deployer, poolManager, abis.v4, "initialize", [key, onePrice]);
    const liquidity = { tickLower: -tickMax, tickUpper: tickMax, liquidityDelta: depth, salt: `0x${"00".repeat(32)}` };
    const value = key.currency0 === zeroAddress ? depth * 2n : 0n;
    await call(deployer, v4Liquidity, abis.v4, "modifyLiquidity", [key, liquidity, "0x"], value);
  };

  for (const [a, b] of [
    [usd, weth],
    [weth, dai],
    [usd, other],
  ] as const) {
    await addV2(a, b);
    await addV3(a, b);
    await addV4(toPoolKey(a, b));
  }
  await addV4(toPoolKey(zeroAddress, usd));
  // All of it lies within 0.6 % of the price: a swap of more runs dry.
  await addV3(usd, dai, parseEther("1"), 60);

  return {
    weth,
    usd,
    dai,
    other,
    v2Router,
    v2Factory,
    swapRouter,
    poolManager,
    universalRouter,
  };
}
