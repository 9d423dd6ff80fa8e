import { createScope } from "@latchkey/sdk";
import { expect } from "chai";
import { encodeFunctionData } from "viem";
import { accountAbis, executorType } from "./support/createAccounts.ts";
import { increment, one, toLimit, useSetting } from "./support/useSetting.ts";

describe("OpenZeppelin's ERC-7579 account with the manager as an executor module", () => {
  const setting = useSetting(async (latchkey) => latchkey.createErc7579());

  async function uninstallManager(): Promise<void> {
    const { latchkey, account } = setting();
    const args = [executorType, latchkey.manager, "0x"] as const;
    const data = encodeFunctionData({ abi: accountAbis.erc7579, functionName: "uninstallModule", args });
    await account.act(account.address, data);
  }

  it("revives no session by installing the manager again", async () => {
    const { latchkey, install, grantTransfers, toTransfer } = setting();
    const granted = await grantTransfers();
    await latchkey.execute(granted, 0, [toTransfer(1n)]);
    await uninstallManager();
    expect(await latchkey.refusal(granted, 1, [toTransfer(1n)])).to.equal("SessionSuperseded");
    await install(latchkey.manager);
    expect(await latchkey.refusal(granted, 1, [toTransfer(1n)])).to.equal("SessionSuperseded");
    await latchkey.execute(await grantTransfers(), 0, [toTransfer(1n)]);
  });

  it("makes no call for a session granted while the manager is not installed", async () => {
    const { latchkey, grantTransfers, toTransfer } = setting();
    await uninstallManager();
    expect(await latchkey.refusal(await grantTransfers(), 0, [toTransfer(1n)])).to.equal("CallReverted");
  });

  it("lets no session call another of its modules, installed before or after the grant", async () => {
    const { chain, latchkey, account, install } = setting();
    const module = await chain.deploy("artifacts/contracts/test/NoopModule.sol/NoopModule.json");
    const scope = createScope({ target: module, function: "increment()" });
    const granted = await latchkey.grant(account, [scope], []);
    await latchkey.execute(granted, 0, [{ scope, data: increment }]);
    await install(module);
    expect(await latchkey.refusal(granted, 1, [{ scope, data: increment }])).to.equal("ForbiddenTargetCalled");
    expect(await latchkey.grantRefusal(account, [scope], [])).to.equal("TargetForbidden");
  });

  it("does nothing for a session that takes it for a SessionAccount, whose modules nobody asks about", async () => {
    const { latchkey, account, transfers, routers, toTransfer } = setting();
    const taken = { ...account, kind: "sessionAccount" } as const;
    const granted = await latchkey.grant(taken, [transfers], [toLimit(routers.usd, one)]);
    expect(await latchkey.refusal(granted, 0, [toTransfer(1n)])).to.equal("CallReverted");
  });

  it("is no Safe", async () => {
    const { latchkey, routers, account, transfers } = setting();
    const limits = [toLimit(routers.usd, one)];
    expect(await latchkey.grantRefusal({ ...account, kind: "safe" }, [transfers], limits)).to.equal("TargetForbidden");
  });
});
