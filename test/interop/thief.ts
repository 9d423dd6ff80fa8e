import { createScope } from "@latchkey/sdk";
import { expect } from "chai";
import { type Address, encodeFunctionData } from "viem";
import { createThief, thief } from "./support/createThief.ts";
import { abis, permit2 } from "./support/deployRouters.ts";
import { createPolicy, nativeToken } from "./support/policies.ts";
import { createRandom } from "./support/random.ts";
import * as routes from "./support/routes.ts";
import { one, toLimit, useSetting } from "./support/useSetting.ts";

describe("A thief with a key to the UniversalRouter", () => {
  const setting = useSetting(async (latchkey) => latchkey.createClone());

  /** Up to ten dollars and one ether; `other` is not listed, though the owner once let the router have it all. */
  async function grantSwaps() {
    const { chain, latchkey, account, routers } = setting();
    const { usd, weth, dai, other, universalRouter } = routers;
    const most = (1n << 160n) - 1n;
    const approve = encodeFunctionData({ abi: abis.token, functionName: "approve", args: [permit2, most] });
    await account.act(other, approve);
    const args = [other, universalRouter, most, 2 ** 48 - 1] as const;
    await account.act(permit2, encodeFunctionData({ abi: abis.permit2, functionName: "approve", args }));
    const policy = await createPolicy(chain, routers, [usd, weth, dai, nativeToken]);
    const scope = createScope({
      target: universalRouter,
      function: "execute(bytes,bytes[],uint256)",
      maxValue: one * 2n,
      spendToken: usd,
      spendMethod: "permit2",
      policy: policy.address,
    });
    const granted = await latchkey.grant(account, [scope], [toLimit(usd, one * 10n), toLimit(nativeToken, one)]);
    return { scope, granted };
  }

  it("moves nothing to anyone else, and of the account's no more than the limits", async () => {
    const { chain, latchkey, account, routers, balanceOf } = setting();
    const { usd, weth, dai, other, universalRouter } = routers;
    const tokens = [usd, weth, dai, other];
    const { scope, granted } = await grantSwaps();
    const random = createRandom(1_951);
    const { makeRoute } = createThief(random, { usd, weth, dai, other, account: account.address, universalRouter });
    const read = async (owner: Address) => {
      const [native, ...rest] = await Promise.all([
        chain.publicClient.getBalance({ address: owner }),
        ...tokens.map(async (token) => balanceOf(token, owner)),
      ]);
      return { native, usd: rest[0] ?? 0n, weth: rest[1] ?? 0n, dai: rest[2] ?? 0n, other: rest[3] ?? 0n };
    };
    const loot = routes.encodeRoute([...tokens, routes.native].map((token) => routes.sweep(token, thief)));
    const outcomes: Record<string, number> = {};
    let before = await read(account.address);

    for (let round = 0, nonce = 0; round < 600; round++) {
      // A new day, a new budget.
      if (round % 60 === 0) {
        await chain.networkHelpers.time.increase(86_400);
        before = await read(account.address);
      }
      const { commands, value } = makeRoute();
      const order = [{ scope, data: routes.encodeRoute(commands), value }];
      const outcome = (await latchkey.refusal(granted, nonce, order)) ?? "executed";
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome !== "executed") continue;
      await latchkey.execute(granted, nonce++, order);
      // Whatever the router kept is the thief's now.
      await chain.send(thief, universalRouter, loot);
      expect(await read(thief), `round ${round}`).to.deep.equal({ native: 0n, usd: 0n, weth: 0n, dai: 0n, other: 0n });
      const after = await read(account.address);
      expect(after.usd >= before.usd - one * 10n, `dollars after round ${round}`).to.equal(true);
      expect(after.native >= before.native - one, `ether after round ${round}`).to.equal(true);
      for (const name of ["weth", "dai", "other"] as const)
        expect(after[name] >= before[name], `${name} after round ${round}`).to.equal(true);
    }
    // The thief could do something, and each wall was hit.
    expect(outcomes["executed"]).to.be.greaterThan(30);
    for (const wall of ["RecipientNotAllowed", "TokenNotAllowed", "CommandNotAllowed", "TokenLeftOnRouter"])
      expect(outcomes[wall], wall).to.be.greaterThan(20);
  });
});
