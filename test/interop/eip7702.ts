import { expect } from "chai";
import { type Address, concatHex, type Hex, zeroAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { one, toLimit, useSetting } from "./support/useSetting.ts";

describe("An EOA that delegates to Latchkey's account (EIP-7702)", () => {
  let delegate: (to: Address) => Promise<void>;
  let sign: (digest: Hex) => Promise<Hex>;
  const setting = useSetting(async (latchkey) => {
    const eoa = await latchkey.createDelegatedEoa();
    ({ delegate, sign } = eoa);
    return eoa;
  });

  it("carries the delegation that its authorization named", async () => {
    const { chain, latchkey, account } = setting();
    const code = await chain.publicClient.getCode({ address: account.address });
    expect(code?.toLowerCase()).to.equal(concatHex(["0xef0100", latchkey.implementation]).toLowerCase());
  });

  it("obeys its sessions while it delegates, and again if it delegates again before they end", async () => {
    const { latchkey, grantTransfers, toTransfer } = setting();
    const granted = await grantTransfers();
    await latchkey.execute(granted, 0, [toTransfer(1n)]);
    await delegate(zeroAddress);
    expect(await latchkey.refusal(granted, 1, [toTransfer(1n)])).to.equal("CallReverted");
    await delegate(latchkey.implementation);
    await latchkey.execute(granted, 1, [toTransfer(1n)]);
  });

  it("grants by its own signature, and by no other", async () => {
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
