import { encodeFunctionData } from "viem";
import { createScope, templates, toUniswapSwapCall, type Limit } from "@latchkey/sdk";
import { abis, deployRouters, permit2 } from "../../test/interop/support/deployRouters.ts";
import { createPolicy } from "../../test/interop/support/policies.ts";
import { encodeRoute, swapV3 } from "../../test/interop/support/routes.ts";
import { coin, toLimit, type Measures } from "./createMeasures.ts";

/** Swaps of 1 `usd` in a real Uniswap V3 pool, under each kind of limit, by allowance and through Permit2. */
export async function measureSwaps({ bench }: Measures): Promise<Record<string, bigint>> {
  const { chain, accounts } = bench;
  const routers = await deployRouters(chain);
  const { usd, weth, swapRouter, universalRouter } = routers;
  const pool = { router: swapRouter, tokenIn: usd, tokenOut: weth, fee: 3000 };

  /** An account that holds both tokens, so that no swap is the first. */
  async function createTrader() {
    const account = await accounts.createClone();
    await chain.call(chain.deployer, usd, abis.token, "mint", [account.address, 1_000n * coin]);
    await chain.call(chain.deployer, weth, abis.token, "transfer", [account.address, coin]);
    return account;
  }

  async function measureSwap(limits: readonly Limit[]): Promise<bigint> {
    const account = await createTrader();
    const { scopes } = templates.uniswapSwap({ ...pool, amount: coin, period: 0 });
    const [scope] = scopes;
    if (scope === undefined) throw new Error("The template has no scope");
    const call = { ...pool, account: account.address, amountIn: coin, amountOutMin: 0n };
    const { data } = toUniswapSwapCall(call);
    return bench.measureThird(await bench.grant(account, { limits, scopes: [scope] }), [{ scope, data }]);
  }

  async function measureRoute(policy: boolean): Promise<bigint> {
    const account = await createTrader();
    const data = encodeRoute([swapV3({ to: account.address, amount: coin, path: [usd, weth] })]);
    const scope = createScope({
      target: universalRouter,
      function: "execute(bytes,bytes[],uint256)",
      spendToken: usd,
      spendMethod: "permit2",
      ...(policy ? { policy: (await createPolicy(chain, routers, [usd, weth])).address } : {}),
    });
    const granted = await bench.grant(account, { limits: [toLimit(usd, 100n * coin)], scopes: [scope] });
    return bench.measureThird(granted, [{ scope, data }]);
  }

  /** The same swap by an EOA whose allowance stands. */
  async function measurePlain(): Promise<bigint> {
    const trader = bench.relayer;
    await chain.call(chain.deployer, usd, abis.token, "mint", [trader, 1_000n * coin]);
    await chain.call(chain.deployer, weth, abis.token, "transfer", [trader, coin]);
    await chain.call(trader, usd, abis.token, "approve", [swapRouter, 100n * coin]);
    const call = { ...pool, account: trader, amountIn: coin, amountOutMin: 0n };
    const { data } = toUniswapSwapCall(call);
    let gas = 0n;
    for (let i = 0; i < 3; i += 1) gas = await bench.send(trader, swapRouter, data);
    return gas;
  }

  async function measurePlainRoute(): Promise<bigint> {
    const trader = bench.relayer;
    await chain.call(trader, usd, abis.token, "approve", [permit2, 2n ** 256n - 1n]);
    const approval = [usd, universalRouter, 100n * coin, 2 ** 48 - 1] as const;
    await bench.send(
      trader,
      permit2,
      encodeFunctionData({ abi: abis.permit2, functionName: "approve", args: approval }),
    );
    const data = encodeRoute([swapV3({ to: trader, amount: coin, path: [usd, weth] })]);
    let gas = 0n;
    for (let i = 0; i < 3; i += 1) gas = await bench.send(trader, universalRouter, data);
    return gas;
  }

  return {
    swapPlain: await measurePlain(),
    swapGross: await measureSwap([toLimit(usd, 100n * coin)]),
    swapNet: await measureSwap([toLimit(usd, 100n * coin, "net")]),
    swapGrossInventory: await measureSwap([toLimit(usd, 100n * coin), toLimit(weth, 0n, "inventory", 0)]),
    routePlain: await measurePlainRoute(),
    routePermit2: await measureRoute(false),
    routePermit2Policy: await measureRoute(true),
  };
}
