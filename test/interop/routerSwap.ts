import {
  describe as put,
  exposure,
  templates,
  toErrorSentence,
  toRouterSwapCall,
  toScopesRoot,
  universalRouterPolicyAbi,
} from "@latchkey/sdk";
import { expect } from "chai";
import { type Address, encodeFunctionData } from "viem";
import { abis, permit2 } from "./support/deployRouters.ts";
import { createPolicy, nativeToken } from "./support/policies.ts";
import * as routes from "./support/routes.ts";
import { one, payee, useSetting } from "./support/useSetting.ts";

describe("The template routerSwap on Uniswap's UniversalRouter", () => {
  const setting = useSetting(async (latchkey) => latchkey.createClone());

  /** May sell ten dollars a day for wrapped ether or dai. */
  async function grantSwaps() {
    const { chain, latchkey, routers, account } = setting();
    const policy = await createPolicy(chain, routers, [routers.usd, routers.weth, routers.dai, nativeToken]);
    const sells = [{ token: routers.usd, amount: one * 10n, period: 86_400 }];
    const { scopes, limits } = templates.routerSwap({ policy, sells });
    const granted = await latchkey.grant(account, scopes, limits);
    const [scope] = granted.scopes;
    if (scope === undefined) throw new Error("The template has one scope for one token to sell");
    const toSwap = (tokenIn: Address, tokenOut: Address, amountIn: bigint) => {
      const { data } = toRouterSwapCall({
        router: routers.universalRouter,
        tokenIn,
        tokenOut,
        fee: 3000,
        amountIn,
        amountOutMin: 1n,
      });
      return { scope, data };
    };
    return { policy, granted, scope, toSwap };
  }

  /** As an owner does who has traded on Uniswap before. */
  async function allowRouter(token: Address) {
    const { account, routers } = setting();
    const approve = encodeFunctionData({ abi: abis.token, functionName: "approve", args: [permit2, 1n << 255n] });
    await account.act(token, approve);
    const args = [token, routers.universalRouter, (1n << 160n) - 1n, 2 ** 48 - 1] as const;
    await account.act(permit2, encodeFunctionData({ abi: abis.permit2, functionName: "approve", args }));
  }

  it("swaps by the call that comes with it, up to the limit, and leaves no allowance", async () => {
    const { latchkey, account, routers, balanceOf } = setting();
    const { usd, weth } = routers;
    const { granted, toSwap } = await grantSwaps();
    const before = await balanceOf(weth, account.address);
    await latchkey.execute(granted, 0, [toSwap(usd, weth, one * 10n)]);
    expect((await balanceOf(weth, account.address)) > before + one * 9n).to.equal(true);
    expect((await latchkey.remaining(granted))[0]).to.equal(0n);
    expect(await latchkey.openAllowances(account.address, usd, routers)).to.deep.equal([]);
    expect(await latchkey.refusal(granted, 1, [toSwap(usd, weth, 1n)])).to.equal("CallReverted");
  });

  it("lets go no more of a token to buy than it bought, though the router may take all of it", async () => {
    const { latchkey, account, routers, balanceOf } = setting();
    const { usd, weth, dai } = routers;
    const { granted, toSwap } = await grantSwaps();
    await allowRouter(weth);
    expect(await latchkey.refusal(granted, 0, [toSwap(weth, dai, one / 100n)])).to.equal("InventoryExceeded");
    const before = await balanceOf(weth, account.address);
    await latchkey.execute(granted, 0, [toSwap(usd, weth, one * 5n)]);
    const bought = (await balanceOf(weth, account.address)) - before;
    expect(await latchkey.refusal(granted, 1, [toSwap(weth, dai, bought + 1n)])).to.equal("InventoryExceeded");
    await latchkey.execute(granted, 1, [toSwap(weth, dai, bought)]);
    expect(await balanceOf(weth, account.address)).to.equal(before);
  });

  it("is described and bounded as it holds", async () => {
    const { routers } = setting();
    const { policy, granted } = await grantSwaps();
    const context = { policies: [policy], labels: { [routers.universalRouter]: "Uniswap" } };
    expect(toScopesRoot(granted.scopes)).to.equal(granted.session.scopesRoot);
    expect(put(granted.session, granted.scopes, context).can[0]).to.match(/^Can trade .* on Uniswap, paying in /);
    const found = exposure(granted.session, granted.scopes, context);
    expect(found.unbounded).to.deep.equal([]);
    expect(found.tokens[0]?.now).to.equal(one * 10n);
  });

  it("is refused with the policy's reason in a sentence", async () => {
    const { chain, latchkey, account, routers } = setting();
    const { policy, granted, scope } = await grantSwaps();
    const data = routes.encodeRoute([routes.swapV3({ to: payee, amount: one, path: [routers.usd, routers.weth] })]);
    expect(await latchkey.refusal(granted, 0, [{ scope, data }])).to.equal("RecipientNotAllowed");
    const args = [account.address, toScopesRoot(granted.scopes), routers.universalRouter, 0n, data] as const;
    const error: unknown = await chain.publicClient
      .readContract({ address: policy.address, abi: universalRouterPolicyAbi, functionName: "checkCall", args })
      .then(() => undefined)
      .catch((thrown: unknown) => thrown);
    if (!(error instanceof Error)) throw new Error("The policy admitted another recipient");
    expect(toErrorSentence(error, { labels: { [account.address]: "mine", [payee]: "theirs" } }).sentence).to.equal(
      "Command number 1 of the route pays theirs, but may pay only the account mine.",
    );
  });
});
