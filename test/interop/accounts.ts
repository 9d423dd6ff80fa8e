import { createScope } from "@latchkey/sdk";
import { expect } from "chai";
import { encodeFunctionData, parseAbi } from "viem";
import { abis, permit2, toPoolKey } from "./support/deployRouters.ts";
import type { TestAccount } from "./support/createAccounts.ts";
import type { Latchkey } from "./support/latchkey.ts";
import { createPolicy, nativeToken } from "./support/policies.ts";
import * as routes from "./support/routes.ts";
import { one, payee, type Setting, toLimit, useSetting } from "./support/useSetting.ts";

async function createRouteScope({ chain, routers }: Setting) {
  const policy = await createPolicy(chain, routers, [routers.usd, routers.weth]);
  return createScope({
    target: routers.universalRouter,
    function: "execute(bytes,bytes[],uint256)",
    spendToken: routers.usd,
    spendMethod: "permit2",
    policy: policy.address,
  });
}

/** What every account must do under a session, whoever wrote it. */
function describeAccount(title: string, create: (latchkey: Latchkey) => Promise<TestAccount>) {
  describe(title, () => {
    const setting = useSetting(create);

    it("runs orders until the limit", async () => {
      const { routers, latchkey, balanceOf, grantTransfers, toTransfer } = setting();
      const granted = await grantTransfers();
      await latchkey.execute(granted, 0, [toTransfer(one * 7n)]);
      expect(await balanceOf(routers.usd, payee)).to.equal(one * 7n);
      expect(await latchkey.remaining(granted)).to.deep.equal([one * 3n]);
      expect(await latchkey.refusal(granted, 1, [toTransfer(one * 3n + 1n)])).to.equal("LimitExceeded");
      await latchkey.execute(granted, 1, [toTransfer(one * 3n)]);
      expect(await latchkey.refusal(granted, 2, [toTransfer(1n)])).to.equal("LimitExceeded");
    });

    it("sends native tokens until the limit", async () => {
      const { chain, latchkey, account } = setting();
      const scope = createScope({ target: payee, maxValue: one });
      const granted = await latchkey.grant(account, [scope], [toLimit(nativeToken, one)]);
      await latchkey.execute(granted, 0, [{ scope, data: "0x", value: one }]);
      expect(await chain.publicClient.getBalance({ address: payee })).to.equal(one);
      expect(await latchkey.refusal(granted, 1, [{ scope, data: "0x", value: 1n }])).to.equal("LimitExceeded");
    });

    it("undoes an order of which a call fails", async () => {
      const { latchkey, routers, account, balanceOf, grantTransfers, toTransfer } = setting();
      const granted = await grantTransfers();
      const args = [payee, one * 999n] as const;
      await account.act(routers.usd, encodeFunctionData({ abi: abis.token, functionName: "transfer", args }));
      const before = await balanceOf(routers.usd, payee);
      expect(await latchkey.refusal(granted, 0, [toTransfer(one), toTransfer(one)])).to.equal("CallReverted");
      await latchkey.executeBatch(granted, 0, [toTransfer(one), toTransfer(one)]);
      expect(await balanceOf(routers.usd, payee)).to.equal(before);
      expect(await latchkey.remaining(granted)).to.deep.equal([one * 10n]);
    });

    it("cannot be called itself, nor the manager", async () => {
      const { latchkey, account } = setting();
      for (const target of [account.address, latchkey.manager]) {
        const scope = createScope({ target, function: "increment()" });
        expect(await latchkey.grantRefusal(account, [scope], [])).to.equal("TargetForbidden");
      }
    });

    it("swaps in V4 through Permit2 and the UniversalRouter, and leaves no allowance", async () => {
      const { latchkey, routers, account, balanceOf } = setting();
      const { usd, weth } = routers;
      const scope = await createRouteScope(setting());
      const granted = await latchkey.grant(account, [scope], [toLimit(usd, one * 10n)]);
      const before = await balanceOf(weth, account.address);
      const data = routes.encodeRoute([routes.swapV4(toPoolKey(usd, weth), usd, one * 4n)]);
      await latchkey.execute(granted, 0, [{ scope, data }]);
      expect((await balanceOf(weth, account.address)) > before + one * 3n).to.equal(true);
      expect(await latchkey.remaining(granted)).to.deep.equal([one * 6n]);
      expect(await latchkey.openAllowances(account.address, usd, routers)).to.deep.equal([]);
      const theft = routes.encodeRoute([routes.swapV2({ to: payee, amount: one, path: [usd, weth] })]);
      expect(await latchkey.refusal(granted, 1, [{ scope, data: theft }])).to.equal("RecipientNotAllowed");
    });

    it("gets the owner's own allowance of Permit2 back", async () => {
      const { chain, latchkey, routers, account } = setting();
      const { usd, weth } = routers;
      const most = 2n ** 256n - 1n;
      const args = [permit2, most] as const;
      await account.act(usd, encodeFunctionData({ abi: abis.token, functionName: "approve", args }));
      const scope = await createRouteScope(setting());
      const granted = await latchkey.grant(account, [scope], [toLimit(usd, one * 10n)]);
      const data = routes.encodeRoute([routes.swapV2({ to: account.address, amount: one, path: [usd, weth] })]);
      await latchkey.execute(granted, 0, [{ scope, data }]);
      expect(await chain.read(usd, abis.token, "allowance", [account.address, permit2])).to.equal(most);
    });

    it("obeys no session after revokeAll", async () => {
      const { latchkey, account, grantTransfers, toTransfer } = setting();
      const granted = await grantTransfers();
      const abi = parseAbi(["function revokeAll()"]);
      await account.act(latchkey.manager, encodeFunctionData({ abi, functionName: "revokeAll" }));
      expect(await latchkey.refusal(granted, 0, [toTransfer(1n)])).to.equal("SessionSuperseded");
    });
  });
}

describeAccount("A session over a Latchkey account", async (latchkey) => latchkey.createClone());
describeAccount("A session over a Safe 1.4.1", async (latchkey) => latchkey.createSafe());
describeAccount("A session over OpenZeppelin's ERC-7579 account", async (latchkey) => latchkey.createErc7579());
describeAccount("A session over an EOA under EIP-7702", async (latchkey) => latchkey.createDelegatedEoa());
