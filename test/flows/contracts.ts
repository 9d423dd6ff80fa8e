import {
  createSession,
  encodeGrant,
  encodePause,
  encodeRevoke,
  encodeRevokeAll,
  encodeUnpause,
  encodeAccountExecute,
  hashOrder,
  hashScope,
  hashSession,
  packOrder,
  packSession,
  signOrder,
  templates,
  type Scope,
  type Session,
} from "@latchkey/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import latchkeyModule from "../../ignition/modules/Latchkey.ts";

const day = 86_400;

/** Latchkey deployed by Ignition, an account of the owner's with tokens, and what a bot does with a key. */
async function deploy() {
  const { ethers, ignition, networkHelpers } = await network.create();
  const [deployer, ownerSigner, relayer, payee] = await ethers.getSigners();
  if (!deployer || !ownerSigner || !relayer || !payee) throw new Error("too few signers");
  // Functions below are hoisted: they need names that are never undefined.
  const [owner, recipient] = [ownerSigner, payee];
  const deployed = await ignition.deploy(latchkeyModule);
  const managerAddress = (await deployed.sessionManager.getAddress()) as Address;
  const sessionManager = await ethers.getContractAt("ISessionManager", managerAddress, relayer);
  const factory = await ethers.getContractAt(
    "SessionAccountFactory",
    await deployed.sessionAccountFactory.getAddress(),
    deployer,
  );
  const token = await ethers.deployContract("GasToken");
  await factory.createAccount(owner.address, ethers.ZeroHash);
  // `getAddress` is also a method of every ethers contract.
  const address = (await factory.getFunction("getAddress")(owner.address, ethers.ZeroHash)) as Address;
  await token.mint(address, 1000n);
  const chainId = Number((await ethers.provider.getNetwork()).chainId);
  const key = privateKeyToAccount(ethers.Wallet.createRandom().privateKey as Hex);

  /** The owner makes the account call the manager. */
  async function control(data: Hex) {
    return owner.sendTransaction({
      to: address,
      data: encodeAccountExecute([{ target: managerAddress, data }]),
    });
  }

  /** A session for payments of 100 tokens a day to `recipient`. */
  async function createPayments(salt: Hex) {
    const { scopes, limits } = templates.payment({
      token: (await token.getAddress()) as Address,
      recipients: [recipient.address as Address],
      amount: 100n,
      period: day,
    });
    const { epoch } = await sessionManager.accountStateOf(address);
    const now = await networkHelpers.time.latest();
    const fields = { account: address, signer: key.address, epoch: Number(epoch), salt };
    return createSession({ ...fields, validAfter: now, validUntil: now + 7 * day, maxOrders: 100, limits, scopes });
  }

  async function toOrder(granted: { session: Session; scopes: readonly Scope[] }, nonce: number, amount: bigint) {
    const scope = granted.scopes[0];
    if (!scope) throw new Error("no scope");
    const data = token.interface.encodeFunctionData("transfer", [recipient.address, amount]) as Hex;
    const order = {
      sessionId: hashSession(granted.session),
      nonce,
      deadline: (await networkHelpers.time.latest()) + 600,
      gasLimit: 300_000,
      calls: [{ target: scope.target, value: 0n, data, scope: hashScope(scope) }],
    };
    const domain = { chainId, manager: managerAddress };
    const pack = (signature: Hex) => packOrder({ order, ...granted, signature });
    return {
      orderHash: hashOrder(order, domain),
      signed: pack(await signOrder({ order, signer: key, ...domain })),
      unsigned: pack("0x"),
    };
  }

  return {
    ethers,
    networkHelpers,
    manager: sessionManager,
    token,
    address,
    owner,
    recipient,
    key,
    control,
    createPayments,
    toOrder,
  };
}

describe("contracts, from deployment to revocation", () => {
  it("deploys the same contracts as live networks get", async () => {
    const { ethers, manager } = await deploy();
    expect(await ethers.provider.getCode(await manager.getAddress())).to.have.length.greaterThan(2);
  });

  it("publishes the session when the owner grants through the account", async () => {
    const { manager, address, key, control, createPayments } = await deploy();
    const granted = await createPayments(`0x${"01".repeat(32)}`);
    await expect(control(encodeGrant(granted)))
      .to.emit(manager, "SessionGranted")
      .withArgs(address, hashSession(granted.session), key.address, packSession(granted.session), () => true);
    expect((await manager.stateOf(packSession(granted.session))).status).to.equal(1n);
  });

  it("runs a signed order that a relayer brings, and tells what is left", async () => {
    const { manager, token, recipient, control, createPayments, toOrder } = await deploy();
    const granted = await createPayments(`0x${"01".repeat(32)}`);
    await control(encodeGrant(granted));
    const order = await toOrder(granted, 0, 30n);
    await expect(manager.execute(order.signed))
      .to.emit(manager, "OrderExecuted")
      .withArgs(hashSession(granted.session), order.orderHash, 0n);
    expect(await token.balanceOf(recipient.address)).to.equal(30n);
    expect(await manager.remaining(packSession(granted.session))).to.deep.equal([70n]);
    await expect(manager.execute(order.signed)).to.be.revertedWithCustomError(manager, "NonceUsed").withArgs(0n);
  });

  it("runs an order that the key itself brings, without a signature", async () => {
    const { ethers, networkHelpers, manager, token, recipient, key, control, createPayments, toOrder } = await deploy();
    const granted = await createPayments(`0x${"01".repeat(32)}`);
    await control(encodeGrant(granted));
    const order = await toOrder(granted, 0, 30n);
    await expect(manager.execute(order.unsigned)).to.be.revertedWithCustomError(manager, "SignatureInvalid");
    await networkHelpers.impersonateAccount(key.address);
    await networkHelpers.setBalance(key.address, 10n ** 18n);
    await manager.connect(await ethers.getSigner(key.address)).execute(order.unsigned);
    expect(await token.balanceOf(recipient.address)).to.equal(30n);
  });

  it("tells the outcome of every order of a batch", async () => {
    const { manager, token, recipient, control, createPayments, toOrder } = await deploy();
    const granted = await createPayments(`0x${"01".repeat(32)}`);
    await control(encodeGrant(granted));
    const [good, tooMuch, last] = [
      await toOrder(granted, 0, 60n),
      await toOrder(granted, 1, 60n),
      await toOrder(granted, 2, 40n),
    ];
    const orders = [good.signed, tooMuch.signed, good.signed, last.signed];
    const selector = (name: string) => manager.interface.getError(name)?.selector;
    expect(await manager.executeBatch.staticCall(orders)).to.deep.equal([
      "0x00000000",
      selector("LimitExceeded"),
      selector("NonceUsed"),
      "0x00000000",
    ]);
    // Not by estimate: with less gas a batch succeeds too, and skips what the gas does not cover.
    await expect(manager.executeBatch(orders, { gasLimit: 2_000_000n }))
      .to.emit(manager, "OrderFailed")
      .withArgs(hashSession(granted.session), tooMuch.orderHash, 1n, () => true)
      .and.to.emit(manager, "OrderSkipped")
      .withArgs(hashSession(granted.session), 2n, () => true);
    expect(await token.balanceOf(recipient.address)).to.equal(100n);
  });

  it("refuses every order after the session is revoked", async () => {
    const { manager, control, createPayments, toOrder } = await deploy();
    const granted = await createPayments(`0x${"01".repeat(32)}`);
    await control(encodeGrant(granted));
    await manager.execute((await toOrder(granted, 0, 1n)).signed);
    await control(encodeRevoke(granted.session));
    await expect(manager.execute((await toOrder(granted, 1, 1n)).signed))
      .to.be.revertedWithCustomError(manager, "SessionNotActive")
      .withArgs(hashSession(granted.session), 3n);
  });

  it("ends every session at once, and lets new ones be granted", async () => {
    const { manager, control, createPayments, toOrder } = await deploy();
    const first = await createPayments(`0x${"01".repeat(32)}`);
    const second = await createPayments(`0x${"02".repeat(32)}`);
    await control(encodeGrant(first));
    await control(encodeGrant(second));
    await control(encodeRevokeAll());
    for (const granted of [first, second]) {
      await expect(manager.execute((await toOrder(granted, 0, 1n)).signed))
        .to.be.revertedWithCustomError(manager, "SessionSuperseded")
        .withArgs(0n, 1n);
    }
    const third = await createPayments(`0x${"03".repeat(32)}`);
    await control(encodeGrant(third));
    await manager.execute((await toOrder(third, 0, 1n)).signed);
    expect(await manager.remaining(packSession(third.session))).to.deep.equal([99n]);
  });

  it("stops every session until the owner unpauses", async () => {
    const { manager, address, control, createPayments, toOrder } = await deploy();
    const granted = await createPayments(`0x${"01".repeat(32)}`);
    await control(encodeGrant(granted));
    await control(encodePause(address));
    await expect(manager.execute((await toOrder(granted, 0, 1n)).signed))
      .to.be.revertedWithCustomError(manager, "AccountIsPaused")
      .withArgs(address);
    await control(encodeUnpause());
    await manager.execute((await toOrder(granted, 0, 1n)).signed);
    expect(await manager.remaining(packSession(granted.session))).to.deep.equal([99n]);
  });
});
