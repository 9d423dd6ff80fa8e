import { type Address, encodeAbiParameters, parseAbiParameters } from "viem";
import { toPoolKey } from "./deployRouters.ts";
import { pick, type Random } from "./random.ts";
import * as routes from "./routes.ts";
import { one } from "./useSetting.ts";

export const thief: Address = "0x0000000000000000000000000000000000bad001";

type World = { usd: Address; weth: Address; dai: Address; other: Address; account: Address; universalRouter: Address };

/** Makes routes as somebody would who holds a key and wants the account's assets, and some that are innocent. */
export function createThief(random: Random, { usd, weth, dai, other, account, universalRouter }: World) {
  const { native } = routes;
  // Most often what a swap would need, so that not every route ends at the first wall.
  const currency = () => pick(random, [usd, usd, weth, weth, native, native, dai, other]);
  const to = () =>
    pick(random, [
      account,
      account,
      account,
      account,
      routes.caller,
      routes.router,
      routes.router,
      thief,
      universalRouter,
    ]);
  const amount = () => pick(random, [0n, 1n, one / 10n, one / 10n, one, one, one * 11n, routes.wholeBalance]);
  const payerIsUser = () => random(4) > 0;
  const paths = [
    [usd, weth],
    [usd, weth],
    [usd, weth, dai],
    [usd, dai],
    [weth, usd],
    [weth, dai],
    [usd, other],
    [other, usd],
  ];
  const path = () => pick(random, paths);
  const pairs = [
    [usd, weth],
    [usd, weth],
    [native, usd],
    [native, usd],
    [usd, native],
    [weth, usd],
    [other, usd],
  ] as const;

  const makers: readonly (() => routes.Command)[] = [
    () => routes.swapV2({ to: to(), amount: amount(), path: path(), payerIsUser: payerIsUser() }),
    () => routes.swapV3({ to: to(), amount: amount(), path: path(), payerIsUser: payerIsUser() }),
    () => routes.swapV3Out({ to: to(), amount: amount(), limit: one * 20n, path: path(), payerIsUser: payerIsUser() }),
    v4,
    v4,
    () => routes.sweep(currency(), to()),
    () => routes.wrap(to(), amount()),
    () => routes.unwrap(to()),
    transfer,
    subPlan,
  ];

  function v4(): routes.Command {
    const [sold, bought] = pick(random, pairs);
    const most = amount() % (1n << 128n);
    const take = pick(random, [routes.v4TakeAll(bought), routes.v4Take(bought, to())]);
    return routes.v4([routes.v4Swap(toPoolKey(sold, bought), sold, most), routes.v4SettleAll(sold, most), take]);
  }

  /** By Permit2, from the router, or a share of what the router has. */
  function transfer(): routes.Command {
    const types = parseAbiParameters("address, address, uint256");
    return {
      code: pick(random, [0x02, 0x05, 0x06]),
      input: encodeAbiParameters(types, [pick(random, [usd, weth]), thief, one]),
    };
  }

  function subPlan(): routes.Command {
    const { code, input } = transfer();
    const types = parseAbiParameters("bytes, bytes[]");
    return { code: 0x21, input: encodeAbiParameters(types, [`0x${code.toString(16).padStart(2, "0")}`, [input]]) };
  }

  /** Up to four commands, now and then one that may fail, with or without wei. */
  function makeRoute(): { commands: readonly routes.Command[]; value: bigint } {
    const commands = Array.from({ length: 1 + random(2) }, () => pick(random, makers)());
    // Often tidy, so that more than the simplest routes pass.
    if (random(3) > 0) commands.push(...[usd, weth, dai, native].map((left) => routes.sweep(left, account)));
    const flagged = commands.map(({ code, input }) => ({ code: random(30) === 0 ? code + 0x80 : code, input }));
    return { commands: flagged, value: pick(random, [0n, 0n, one / 20n, one / 20n, one * 2n]) };
  }

  return { makeRoute };
}
