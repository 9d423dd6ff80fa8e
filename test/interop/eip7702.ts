import { expect } from "chai";
import { type Address, concatHex, zeroAddress } from "viem";
import { useSetting } from "./support/useSetting.ts";

describe("An EOA that delegates to Latchkey's account (EIP-7702)", () => {
  let delegate: (to: Address) => Promise<void>;
  const setting = useSetting(async (latchkey) => {
    const eoa = await latchkey.createDelegatedEoa();
    delegate = eoa.delegate;
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
});
