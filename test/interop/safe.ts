import { createScope } from "@latchkey/sdk";
import { expect } from "chai";
import { type Address, encodeFunctionData, type Hex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { accountAbis } from "./support/createAccounts.ts";
import { increment, one, toLimit, useSetting } from "./support/useSetting.ts";

const firstModule: Address = "0x0000000000000000000000000000000000000001";

describe("A Safe 1.4.1 that has enabled the manager as a module", () => {
  let sign: (digest: Hex) => Promise<Hex>;
  const setting = useSetting(async (latchkey) => {
    const safe = await latchkey.createSafe();
    ({ sign } = safe);
    return safe;
  });

  it("makes no call once it has disabled the module", async () => {
    const { latchkey, account, grantTransfers, toTransfer } = setting();
    const granted = await grantTransfers();
    const args = [firstModule, latchkey.manager] as const;
    const data = encodeFunctionData({ abi: accountAbis.safe, functionName: "disableModule", args });
    await account.act(account.address, data);
    expect(await latchkey.refusal(granted, 0, [toTransfer(1n)])).to.equal("CallReverted");
  });

  it("lets no session call another of its modules, enabled before or after the grant", async () => {
    const { chain, latchkey, account, install } = setting();
    const module = await chain.deploy("artifacts/contracts/test/NoopModule.sol/NoopModule.json");
    const scope = createScope({ target: module, function: "increment()" });
    const granted = await latchkey.grant(account, [scope], []);
    await latchkey.execute(granted, 0, [{ scope, data: increment }]);
    await install(module);
    expect(await latchkey.refusal(granted, 1, [{ scope, data: increment }])).to.equal("ForbiddenTargetCalled");
    expect(await latchkey.grantRefusal(account, [scope], [])).to.equal("TargetForbidden");
  });

  it("is reached in its own way only", async () => {
    const { latchkey, routers, account, transfers, toTransfer } = setting();
    const limits = [toLimit(routers.usd, one)];
    // It does not tell its modules the way ERC-7579 accounts do.
    const asErc7579 = { ...account, kind: "erc7579" } as const;
    expect(await latchkey.grantRefusal(asErc7579, [transfers], limits)).to.equal("TargetForbidden");
    // Its fallback takes any call without doing anything, which is no success.
    const granted = await latchkey.grant({ ...account, kind: "sessionAccount" }, [transfers], limits);
    expect(await latchkey.refusal(granted, 0, [toTransfer(1n)])).to.equal("CallReverted");
  });

  it("grants by its owner's signature (ERC-1271), and by no other", async () => {
    const { latchkey, routers, account, transfers, toTransfer } = setting();
    const limits = [toLimit(routers.usd, one)];
    const { granted } = await latchkey.grantBySignature(account, sign, [transfers], limits);
    await latchkey.execute(granted, 0, [toTransfer(one)]);
    const thief = privateKeyToAccount(generatePrivateKey());
    const byThief = async (hash: Hex) => thief.sign({ hash });
    const { refused } = await latchkey.grantBySignature(account, byThief, [transfers], limits);
    expect(refused).to.equal("ControlSignatureInvalid");
  });
});
