import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Abi,
  type Account,
  type Address,
  type Chain,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  parseAbi,
  parseUnits,
  type PublicClient,
  type Transport,
  type WalletClient,
} from "viem";
import { root } from "./root.ts";

export type DemoToken = { address: Address; symbol: string; decimals: number };

/** Uniswap V3 and a pool of two tokens, as deployed on one chain. */
export type UniswapDeployment = {
  weth: Address;
  factory: Address;
  positionManager: Address;
  router: Address;
  quoter: Address;
  /** What the demo bot sells, and what it buys. */
  tokens: { dollar: DemoToken; ether: DemoToken };
  /** Hundredths of a basis point. */
  fee: number;
};

type Artifact = { abi: Abi; bytecode: Hex };
type Step = { to?: Address; data: Hex; gas: bigint };

const fee = 3000;
/** The widest range that ticks of this fee, 60 apart, allow. */
const tickMax = 887_220;
const dollarsPerEther = 2500n;
const etherInPool = parseUnits("4000", 18);
const dollarsInPool = parseUnits("10000000", 6);

const tokenAbi = parseAbi([
  "function mint(address to, uint256 amount)",
  "function approve(address spender, uint256 amount)",
]);

/** Uniswap's own bytecode, from its npm packages; `bytecode` with or without `0x`. */
function readArtifact(path: string): Artifact {
  const { abi, bytecode } = JSON.parse(readFileSync(join(root, path), "utf8")) as { abi: Abi; bytecode: string };
  return { abi, bytecode: bytecode.startsWith("0x") ? (bytecode as Hex) : `0x${bytecode}` };
}

function sqrt(value: bigint): bigint {
  if (value < 2n) return value;
  let result = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (result + value / result) >> 1n;
    if (next >= result) return result;
    result = next;
  }
}

/**
 * Deploys WETH9, Uniswap V3 (factory, position manager, SwapRouter02, QuoterV2), two tokens and a pool with liquidity
 * over the whole price range.
 *
 * Every transaction is sent at once, under nonces known beforehand, so that all of it takes two or three blocks.
 */
export async function deployUniswap(clients: {
  publicClient: PublicClient;
  walletClient: WalletClient<Transport, Chain, Account>;
}): Promise<UniswapDeployment> {
  const { publicClient, walletClient } = clients;
  const deployer = walletClient.account.address;
  const firstNonce = await publicClient.getTransactionCount({ address: deployer });
  const steps: Step[] = [];

  const create = (path: string, gas: bigint, args: readonly unknown[] = []): { address: Address; abi: Abi } => {
    const { abi, bytecode } = readArtifact(path);
    const address = getContractAddress({ from: deployer, nonce: BigInt(firstNonce + steps.length) });
    steps.push({ data: encodeDeployData({ abi, bytecode, args: [...args] }), gas });
    return { address, abi };
  };

  const periphery = "node_modules/@uniswap/v3-periphery/artifacts/contracts";
  const routers = "node_modules/@uniswap/swap-router-contracts/artifacts/contracts";
  const demoToken = "artifacts/contracts/test/DemoToken.sol/DemoToken.json";
  const noAddress = `0x${"00".repeat(20)}` as const;

  const weth = create("node_modules/@uniswap/v2-periphery/build/WETH9.json", 1_500_000n);
  const factory = create(
    "node_modules/@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json",
    6_000_000n,
  );
  const positionManager = create(
    `${periphery}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json`,
    6_500_000n,
    // Without a descriptor: nothing here asks for the picture of a position.
    [factory.address, weth.address, noAddress],
  );
  const router = create(`${routers}/SwapRouter02.sol/SwapRouter02.json`, 6_500_000n, [
    noAddress,
    factory.address,
    positionManager.address,
    weth.address,
  ]);
  const quoter = create(`${routers}/lens/QuoterV2.sol/QuoterV2.json`, 3_000_000n, [factory.address, weth.address]);
  const dollar = create(demoToken, 1_500_000n, ["Demo Dollar", "dUSD", 6]);
  const ether = create(demoToken, 1_500_000n, ["Demo Ether", "dETH", 18]);

  for (const [token, amount] of [
    [dollar, dollarsInPool],
    [ether, etherInPool],
  ] as const) {
    const mint = encodeFunctionData({ abi: tokenAbi, functionName: "mint", args: [deployer, amount] });
    const approve = encodeFunctionData({
      abi: tokenAbi,
      functionName: "approve",
      args: [positionManager.address, amount],
    });
    steps.push({ to: token.address, data: mint, gas: 150_000n }, { to: token.address, data: approve, gas: 100_000n });
  }

  const isDollarFirst = dollar.address.toLowerCase() < ether.address.toLowerCase();
  const [token0, token1] = isDollarFirst ? [dollar.address, ether.address] : [ether.address, dollar.address];
  const [amount0, amount1] = isDollarFirst ? [dollarsInPool, etherInPool] : [etherInPool, dollarsInPool];
  const dollarsForOneEther = dollarsPerEther * 10n ** 6n;
  const [price0, price1] = isDollarFirst ? [dollarsForOneEther, 10n ** 18n] : [10n ** 18n, dollarsForOneEther];
  // Uniswap's sqrtPriceX96: √(token1 / token0) · 2⁹⁶.
  const sqrtPriceX96 = sqrt((price1 << 192n) / price0);
  const deadline = (await publicClient.getBlock()).timestamp + 3600n;

  const callManager = (functionName: string, args: readonly unknown[], gas: bigint) => {
    const data = encodeFunctionData({ abi: positionManager.abi, functionName, args: [...args] });
    steps.push({ to: positionManager.address, data, gas });
  };
  callManager("createAndInitializePoolIfNecessary", [token0, token1, fee, sqrtPriceX96], 6_000_000n);
  const position = { token0, token1, fee, tickLower: -tickMax, tickUpper: tickMax, recipient: deployer, deadline };
  const amounts = { amount0Desired: amount0, amount1Desired: amount1, amount0Min: 0n, amount1Min: 0n };
  callManager("mint", [{ ...position, ...amounts }], 1_000_000n);

  const hashes: Hex[] = [];
  for (const [index, step] of steps.entries()) {
    hashes.push(await walletClient.sendTransaction({ ...step, nonce: firstNonce + index }));
  }
  for (const [index, hash] of hashes.entries()) {
    const receipt = await publicClient.waitForTransactionReceipt({ hash, timeout: 60_000 });
    if (receipt.status !== "success")
      throw new Error(`Step ${index + 1} of ${steps.length} of deploying Uniswap failed`);
  }

  return {
    weth: weth.address,
    factory: factory.address,
    positionManager: positionManager.address,
    router: router.address,
    quoter: quoter.address,
    tokens: {
      dollar: { address: dollar.address, symbol: "dUSD", decimals: 6 },
      ether: { address: ether.address, symbol: "dETH", decimals: 18 },
    },
    fee,
  };
}
