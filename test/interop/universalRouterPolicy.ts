import { expect } from "chai";
import { type Address, decodeAbiParameters, type Hex, parseAbi, parseAbiParameters, parseEther, size } from "viem";
import { createChain } from "./support/chain.ts";
import { abis, deployRouters, toPoolKey } from "./support/deployRouters.ts";
import { createPolicy, endow, nativeToken } from "./support/policies.ts";
import { createRandom, type Random } from "./support/random.ts";
import * as routes from "./support/routes.ts";

const account: Address = "0x00000000000000000000000000000000000acc01";
const thief: Address = "0x0000000000000000000000000000000000bad001";
const one = parseEther("1");

/** Uniswap's real router with a policy that lists all tokens but `other`, and an account that left it everything. */
async function deploy() {
  const chain = await createChain();
  const routers = await deployRouters(chain);
  const { usd, weth, dai, other, universalRouter } = routers;
  const policy = await createPolicy(chain, routers, [usd, weth, dai, nativeToken]);
  await endow(chain, routers, account);
  const tokens = { usd, weth, dai, other };

  const balanceOf = async (token: Address, owner: Address) =>
    (await chain.read(token, abis.token, "balanceOf", [owner])) as bigint;

  const native = async (owner: Address) => chain.publicClient.getBalance({ address: owner });

  /** What the account may do is done on the router. */
  async function run(commands: readonly routes.Command[], value = 0n) {
    const data = routes.encodeRoute(commands);
    expect(await policy.ask(account, data, value)).to.equal("admitted");
    await chain.send(account, universalRouter, data, value);
  }

  const ask = async (commands: readonly routes.Command[], value = 0n) =>
    policy.ask(account, routes.encodeRoute(commands), value);

  return { chain, policy, tokens, routers, balanceOf, native, run, ask };
}

type Setting = Awaited<ReturnType<typeof deploy>>;

describe("UniversalRouterPolicy before Uniswap's own router", () => {
  let setting: Setting;
  let restore: () => Promise<void>;

  before(async () => {
    setting = await deploy();
    const snapshot = await setting.chain.networkHelpers.takeSnapshot();
    restore = async () => snapshot.restore();
  });

  afterEach(async () => restore());

  it("lets the account swap in V2, V3 and V4", async () => {
    const { tokens, balanceOf, run } = setting;
    const { usd, weth } = tokens;
    for (const command of [
      routes.swapV2({ to: account, amount: one, path: [usd, weth] }),
      routes.swapV3({ to: routes.caller, amount: one, path: [usd, weth] }),
      routes.swapV3Out({ to: account, amount: one / 2n, limit: one, path: [usd, weth] }),
      routes.swapV4(toPoolKey(usd, weth), usd, one),
    ]) {
      const [sold, bought] = [await balanceOf(usd, account), await balanceOf(weth, account)];
      await run([command]);
      expect((await balanceOf(usd, account)) < sold).to.equal(true);
      expect((await balanceOf(weth, account)) > bought).to.equal(true);
    }
  });

  it("lets the account swap across versions, over the router, and sweep", async () => {
    const { tokens, routers, balanceOf, run } = setting;
    const { usd, weth, dai } = tokens;
    const before = await balanceOf(dai, account);
    await run([
      routes.swapV2({ to: routes.router, amount: one, path: [usd, weth] }),
      routes.swapV3({ to: account, amount: routes.wholeBalance, path: [weth, dai], payerIsUser: false }),
      routes.sweep(weth, account),
    ]);
    expect((await balanceOf(dai, account)) > before).to.equal(true);
    expect(await balanceOf(weth, routers.universalRouter)).to.equal(0n);
  });

  it("lets the account sell and buy the native token", async () => {
    const { tokens, routers, balanceOf, native, run } = setting;
    const { usd, weth } = tokens;
    const before = await balanceOf(usd, account);
    const key = toPoolKey(routes.native, usd);
    await run([routes.swapV4(key, routes.native, one), routes.sweep(routes.native, account)], one * 2n);
    await run(
      [
        routes.wrap(routes.router, routes.wholeBalance),
        routes.swapV2({ to: account, amount: one, path: [weth, usd], payerIsUser: false }),
        routes.sweep(weth, account),
      ],
      one,
    );
    expect((await balanceOf(usd, account)) > before + one).to.equal(true);
    const wei = await native(account);
    await run([routes.swapV4(key, usd, one)]);
    await run([routes.swapV3({ to: routes.router, amount: one, path: [usd, weth] }), routes.unwrap(routes.caller)]);
    expect((await native(account)) > wei + one).to.equal(true);
    expect(await native(routers.universalRouter)).to.equal(0n);
  });

  it("refuses a path whose middle the router would keep, which anyone could then take", async () => {
    const { chain, tokens, routers, balanceOf, run, ask } = setting;
    const { usd, weth, dai } = tokens;
    // The pool of usd and dai is nearly empty, so it takes little of what the first pool paid out.
    const swap = routes.swapV3({ to: account, amount: one * 100n, path: [weth, usd, dai] });
    expect(await ask([swap])).to.equal("TokenLeftOnRouter");

    const snapshot = await chain.networkHelpers.takeSnapshot();
    await chain.send(account, routers.universalRouter, routes.encodeRoute([swap]));
    expect((await balanceOf(usd, routers.universalRouter)) > one * 90n).to.equal(true);
    await chain.send(thief, routers.universalRouter, routes.encodeRoute([routes.sweep(usd, thief)]));
    expect((await balanceOf(usd, thief)) > one * 90n).to.equal(true);
    await snapshot.restore();

    const before = await balanceOf(usd, account);
    await run([swap, routes.sweep(usd, account)]);
    expect((await balanceOf(usd, account)) > before + one * 90n).to.equal(true);
    expect(await balanceOf(usd, routers.universalRouter)).to.equal(0n);
  });

  it("refuses other recipients and tokens, which the router alone would serve", async () => {
    const { chain, tokens, routers, balanceOf, ask } = setting;
    const { usd, weth, other } = tokens;
    const key = toPoolKey(usd, weth);
    const cases: [string, routes.Command[], Address][] = [
      ["RecipientNotAllowed", [routes.swapV2({ to: thief, amount: one, path: [usd, weth] })], weth],
      ["RecipientNotAllowed", [routes.swapV3({ to: thief, amount: one, path: [usd, weth] })], weth],
      [
        "RecipientNotAllowed",
        [routes.v4([routes.v4Swap(key, usd, one), routes.v4SettleAll(usd, one), routes.v4Take(weth, thief)])],
        weth,
      ],
      [
        "RecipientNotAllowed",
        [routes.swapV2({ to: routes.router, amount: one, path: [usd, weth] }), routes.sweep(weth, thief)],
        weth,
      ],
    ];
    for (const [error, commands, token] of cases) {
      expect(await ask(commands)).to.equal(error);
      const before = await balanceOf(token, thief);
      await chain.send(account, routers.universalRouter, routes.encodeRoute(commands));
      expect((await balanceOf(token, thief)) > before).to.equal(true);
    }
    for (const command of [
      routes.swapV2({ to: account, amount: one, path: [other, usd] }),
      routes.swapV3({ to: account, amount: one, path: [usd, other] }),
      routes.swapV4(toPoolKey(usd, other), other, one),
    ]) {
      expect(await ask([command])).to.equal("TokenNotAllowed");
      await chain.send(account, routers.universalRouter, routes.encodeRoute([command]));
    }
  });

  it("refuses V4 swaps inside an unlock of someone else", async () => {
    const { chain, policy, tokens, routers } = setting;
    const artifact = "artifacts/contracts/test/PoolUnlocker.sol/PoolUnlocker.json";
    const unlocker = await chain.deploy(artifact, [routers.poolManager]);
    const data = routes.encodeRoute([routes.swapV4(toPoolKey(tokens.usd, tokens.weth), tokens.usd, one)]);
    const abi = parseAbi(["function ask(address, address, address, bytes) returns (bool, bytes)"]);
    const { result } = await chain.publicClient.simulateContract({
      address: unlocker,
      abi,
      functionName: "ask",
      args: [policy.address, account, routers.universalRouter, data],
    });
    const [ok, answer] = result;
    expect(ok).to.equal(false);
    const [manager] = decodeAbiParameters(parseAbiParameters("address"), `0x${answer.slice(10)}`);
    expect(manager.toLowerCase()).to.equal(routers.poolManager.toLowerCase());
    expect(await policy.ask(account, data)).to.equal("admitted");
  });

  it("admits no mutation of a good route that pays anyone else, sells another token or leaves something", async () => {
    const { chain, policy, tokens, routers, balanceOf, native } = setting;
    const { usd, weth, dai, other } = tokens;
    const random = createRandom(20_261_125);
    const owners = [account, thief, routers.universalRouter] as const;
    const addresses = [usd, weth, dai, other, account, thief, routers.universalRouter, routes.caller, routes.router];
    const watched = async () => {
      const found: Record<string, bigint> = {};
      for (const owner of owners) {
        for (const [name, token] of Object.entries(tokens)) found[`${name} ${owner}`] = await balanceOf(token, owner);
        found[`native ${owner}`] = await native(owner);
      }
      return found;
    };
    const good = [
      [routes.swapV2({ to: account, amount: one, path: [usd, weth, dai] })],
      [routes.swapV3({ to: account, amount: one, path: [usd, weth, dai] }), routes.sweep(weth, account)],
      [routes.swapV3Out({ to: account, amount: one / 2n, limit: one, path: [usd, weth] })],
      [routes.swapV4(toPoolKey(usd, weth), usd, one)],
      [
        routes.v4([
          routes.v4Swap(toPoolKey(usd, weth), usd, one),
          routes.v4SettleAll(usd, one),
          routes.v4Take(weth, account),
        ]),
      ],
      [routes.swapV2({ to: routes.router, amount: one, path: [usd, weth] }), routes.unwrap(account)],
      [routes.swapV2({ to: routes.router, amount: one, path: [usd, weth] }), routes.sweep(weth, account)],
    ].map(routes.encodeRoute);
    const before = await watched();
    const snapshot = await chain.networkHelpers.takeSnapshot();
    let [ran, harmful] = [0, 0];
    for (let round = 0; round < 3000; round++) {
      let data = good[random(good.length)] ?? "0x";
      for (let left = 1 + random(2); left > 0; left--) data = mutate(data, addresses, random);
      const verdict = await policy.ask(account, data);
      const succeeded = await chain.send(account, routers.universalRouter, data).then(
        () => true,
        () => false,
      );
      if (!succeeded) continue;
      const after = await watched();
      const harms = Object.keys(before).filter((name) => {
        const [was, is] = [before[name] ?? 0n, after[name] ?? 0n];
        return name.endsWith(account) ? name.startsWith("other") && is !== was : is > was;
      });
      if (verdict === "admitted") {
        ran += 1;
        expect(harms, `round ${round}: ${data}`).to.deep.equal([]);
      } else if (harms.length > 0) harmful += 1;
      await snapshot.restore();
    }
    // Neither the router nor the policy refused everything, and there was something to refuse.
    expect(ran).to.be.greaterThan(100);
    expect(harmful).to.be.greaterThan(20);
  });
});

/** Another address for one that stands in the data, another word, or another byte. */
function mutate(data: Hex, addresses: readonly Address[], random: Random): Hex {
  const kind = random(4);
  if (kind < 2) {
    const places = addresses.flatMap((address) => findAll(data.toLowerCase(), address.slice(2).toLowerCase()));
    const place = places[random(places.length)];
    const address = addresses[random(addresses.length)];
    if (place !== undefined && address !== undefined) return splice(data, place, address.slice(2).toLowerCase());
  }
  if (kind === 2) {
    const place = 2 + 2 * (4 + 32 * random(Math.floor((size(data) - 4) / 32)));
    return splice(data, place, [0, 1, 2, 32, 64, 96].at(random(6))?.toString(16).padStart(64, "0") ?? "");
  }
  return splice(data, 2 + 2 * random(size(data)), random(256).toString(16).padStart(2, "0"));
}

/** Where addresses stand; those of small numbers are found among zeros, which is welcome. */
function findAll(data: string, part: string): number[] {
  const places: number[] = [];
  for (let at = data.indexOf(part, 10); at !== -1; at = data.indexOf(part, at + 2)) if (at % 2 === 0) places.push(at);
  return places.slice(0, 8);
}

function splice(data: Hex, place: number, part: string): Hex {
  return `0x${data.slice(2, place)}${part}${data.slice(place + part.length)}`;
}
