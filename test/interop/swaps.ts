import { createScope, type Scope } from "@latchkey/sdk";
import { expect } from "chai";
import { type Address, encodeFunctionData, type Hex, parseAbi } from "viem";
import { abis, permit2, type Routers, toPoolKey } from "./support/deployRouters.ts";
import { createPolicy, nativeToken } from "./support/policies.ts";
import * as routes from "./support/routes.ts";
import { one, payee, type Setting, toLimit, useSetting } from "./support/useSetting.ts";

const routerAbis = {
  v2: parseAbi([
    "function swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline) returns (uint256[])",
  ]),
  v3: parseAbi([
    "struct Single { address tokenIn; address tokenOut; uint24 fee; address recipient; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96; }",
    "function exactInputSingle(Single params) payable returns (uint256)",
  ]),
};

/** How one way to swap is scoped, and called: sells `amount` of the first token of `path` for `to`. */
type Venue = {
  title: string;
  toScope: (setting: Setting, sold: Address, bought: Address) => Promise<Scope> | Scope;
  encode: (routers: Routers, amount: bigint, path: readonly [Address, Address], to: Address) => Hex;
  /** By which errors another recipient, and another token, are refused. */
  refusals: { recipient: string; token: string };
};

async function toRouteScope({ chain, routers }: Setting, sold: Address, bought: Address): Promise<Scope> {
  const policy = await createPolicy(chain, routers, [sold, bought]);
  const route = "execute(bytes,bytes[],uint256)";
  const spending = { spendToken: sold, spendMethod: "permit2" } as const;
  return createScope({ target: routers.universalRouter, function: route, ...spending, policy: policy.address });
}

const byPolicy = { recipient: "RecipientNotAllowed", token: "TokenNotAllowed" };
const byRule = { recipient: "RuleBroken", token: "RuleBroken" };

const venues: readonly Venue[] = [
  {
    title: "Uniswap V2's router, by rules",
    toScope: ({ routers }, sold, bought) =>
      createScope({
        target: routers.v2Router,
        function: "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
        spendToken: sold,
        rules: [
          { op: "isAccount", argument: 3 },
          // The path is where encoders put it, has two tokens, and they are these.
          { op: "equal", argument: 2, values: [160n] },
          { op: "equal", argument: 5, values: [2n] },
          { op: "equal", argument: 6, values: [sold] },
          { op: "equal", argument: 7, values: [bought] },
        ],
      }),
    encode: (_, amount, path, to) => {
      const args = [amount, 0n, path, to, 1n << 40n] as const;
      return encodeFunctionData({ abi: routerAbis.v2, functionName: "swapExactTokensForTokens", args });
    },
    refusals: byRule,
  },
  {
    title: "Uniswap V3's SwapRouter02, by rules",
    toScope: ({ routers }, sold, bought) =>
      createScope({
        target: routers.swapRouter,
        function: "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))",
        spendToken: sold,
        rules: [
          { op: "equal", argument: 0, values: [sold] },
          { op: "equal", argument: 1, values: [bought] },
          { op: "isAccount", argument: 3 },
        ],
      }),
    encode: (_, amountIn, [tokenIn, tokenOut], recipient) => {
      const swap = { tokenIn, tokenOut, fee: 3000, recipient, amountIn, amountOutMinimum: 0n, sqrtPriceLimitX96: 0n };
      return encodeFunctionData({ abi: routerAbis.v3, functionName: "exactInputSingle", args: [swap] });
    },
    refusals: byRule,
  },
  {
    title: "V2 through the UniversalRouter, by policy",
    toScope: toRouteScope,
    encode: (_, amount, path, to) => routes.encodeRoute([routes.swapV2({ to, amount, path })]),
    refusals: byPolicy,
  },
  {
    title: "V3 through the UniversalRouter, by policy",
    toScope: toRouteScope,
    encode: (_, amount, path, to) => routes.encodeRoute([routes.swapV3({ to, amount, path })]),
    refusals: byPolicy,
  },
  {
    title: "V4 through the UniversalRouter, by policy",
    toScope: toRouteScope,
    encode: (_, amount, [sold, bought], to) => {
      const key = toPoolKey(sold, bought);
      const pays = [routes.v4Swap(key, sold, amount), routes.v4SettleAll(sold, amount)];
      return routes.encodeRoute([routes.v4([...pays, routes.v4Take(bought, to)])]);
    },
    refusals: byPolicy,
  },
];

for (const venue of venues) {
  describe(`Swaps on ${venue.title}`, () => {
    const setting = useSetting(async (latchkey) => latchkey.createClone());

    /** May sell dollars for wrapped ether, ten a day. */
    async function grantSelling() {
      const { latchkey, account, routers } = setting();
      const scope = await venue.toScope(setting(), routers.usd, routers.weth);
      const granted = await latchkey.grant(account, [scope], [toLimit(routers.usd, one * 10n)]);
      const sell = (amount: bigint, path: readonly [Address, Address] = [routers.usd, routers.weth], to?: Address) => ({
        scope,
        data: venue.encode(routers, amount, path, to ?? account.address),
      });
      return { granted, sell };
    }

    it("sells up to the gross limit for the account, and leaves no allowance", async () => {
      const { latchkey, account, routers, balanceOf } = setting();
      const { granted, sell } = await grantSelling();
      const before = await balanceOf(routers.weth, account.address);
      await latchkey.execute(granted, 0, [sell(one * 6n), sell(one)]);
      expect((await balanceOf(routers.weth, account.address)) > before + one * 6n).to.equal(true);
      expect(await latchkey.remaining(granted)).to.deep.equal([one * 3n]);
      expect(await latchkey.openAllowances(account.address, routers.usd, routers)).to.deep.equal([]);
      // The temporary allowance is what is left, so the router itself can pull no more.
      expect(await latchkey.refusal(granted, 1, [sell(one * 3n + 1n)])).to.equal("CallReverted");
      await latchkey.execute(granted, 1, [sell(one * 3n)]);
      expect(await latchkey.refusal(granted, 2, [sell(1n)])).to.equal("CallReverted");
    });

    it("refuses another recipient", async () => {
      const { latchkey, routers } = setting();
      const { granted, sell } = await grantSelling();
      const theft = sell(one, [routers.usd, routers.weth], payee);
      expect(await latchkey.refusal(granted, 0, [theft])).to.equal(venue.refusals.recipient);
    });

    it("refuses to buy or sell another token", async () => {
      const { latchkey, routers } = setting();
      const { granted, sell } = await grantSelling();
      for (const path of [
        [routers.usd, routers.other],
        [routers.other, routers.usd],
      ] as const)
        expect(await latchkey.refusal(granted, 0, [sell(one, path)])).to.equal(venue.refusals.token);
    });

    it("trades any volume under a net limit, until what it lost reaches it", async () => {
      const { latchkey, account, routers } = setting();
      const { usd, weth } = routers;
      const scopes = [await venue.toScope(setting(), usd, weth), await venue.toScope(setting(), weth, usd)] as const;
      const limits = [toLimit(usd, one * 10n, "net"), toLimit(weth, one * 10n, "net")];
      const granted = await latchkey.grant(account, scopes, limits);
      const trade = (index: 0 | 1, amount: bigint, path: readonly [Address, Address]) => ({
        scope: scopes[index],
        data: venue.encode(routers, amount, path, account.address),
      });
      const roundTrip = [trade(0, one * 8n, [usd, weth]), trade(1, (one * 79n) / 10n, [weth, usd])];
      for (let nonce = 0; nonce < 5; nonce++) await latchkey.execute(granted, nonce, roundTrip);
      // Forty dollars were sold under a limit of ten; a little less than one was lost, to fees.
      const [dollarsLeft] = await latchkey.remaining(granted);
      expect(dollarsLeft !== undefined && dollarsLeft > one * 9n && dollarsLeft < one * 10n).to.equal(true);
      await latchkey.execute(granted, 5, [trade(0, one * 8n, [usd, weth])]);
      expect(await latchkey.refusal(granted, 6, [trade(0, one * 8n, [usd, weth])])).to.equal("CallReverted");
    });
  });
}

describe("Swaps of the native token through the UniversalRouter, by policy", () => {
  const setting = useSetting(async (latchkey) => latchkey.createClone());

  it("sells wei up to the gross limit, and none of it stays on the router", async () => {
    const { chain, latchkey, account, routers, balanceOf } = setting();
    const policy = await createPolicy(chain, routers, [routers.usd, nativeToken]);
    const route = "execute(bytes,bytes[],uint256)";
    const target = routers.universalRouter;
    const scope = createScope({ target, function: route, maxValue: one * 5n, policy: policy.address });
    const granted = await latchkey.grant(account, [scope], [toLimit(nativeToken, one * 5n)]);
    const swap = routes.swapV4(toPoolKey(routes.native, routers.usd), routes.native, one * 2n);
    const careless = { scope, data: routes.encodeRoute([swap]), value: one * 3n };
    expect(await latchkey.refusal(granted, 0, [careless])).to.equal("TokenLeftOnRouter");

    const before = await balanceOf(routers.usd, account.address);
    const data = routes.encodeRoute([swap, routes.sweep(routes.native, account.address)]);
    await latchkey.execute(granted, 0, [{ scope, data, value: one * 3n }]);
    expect((await balanceOf(routers.usd, account.address)) > before + one).to.equal(true);
    expect(await chain.publicClient.getBalance({ address: target })).to.equal(0n);
    // What was sent counts, though a part came back within the call.
    expect(await latchkey.remaining(granted)).to.deep.equal([one * 2n]);
    expect(await latchkey.refusal(granted, 1, [{ scope, data, value: one * 3n }])).to.equal("LimitExceeded");
  });
});

describe("What an owner left behind", () => {
  const setting = useSetting(async (latchkey) => latchkey.createClone());

  it("lets no session sell an unlisted token that the router may pull anyway", async () => {
    const { chain, latchkey, account, routers, balanceOf } = setting();
    const { usd, weth, other, universalRouter } = routers;
    const approve = encodeFunctionData({ abi: abis.token, functionName: "approve", args: [permit2, 1n << 255n] });
    await account.act(other, approve);
    const args = [other, universalRouter, (1n << 160n) - 1n, 2 ** 48 - 1] as const;
    await account.act(permit2, encodeFunctionData({ abi: abis.permit2, functionName: "approve", args }));

    const scope = await toRouteScope(setting(), usd, weth);
    const granted = await latchkey.grant(account, [scope], [toLimit(usd, one)]);
    const data = routes.encodeRoute([routes.swapV2({ to: account.address, amount: one, path: [other, usd] })]);
    expect(await latchkey.refusal(granted, 0, [{ scope, data }])).to.equal("TokenNotAllowed");
    // The router itself would have sold it.
    const before = await balanceOf(other, account.address);
    await chain.send(account.address, universalRouter, data);
    expect(await balanceOf(other, account.address)).to.equal(before - one);
  });
});
