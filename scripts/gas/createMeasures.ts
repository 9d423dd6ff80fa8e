import { encodeFunctionData, keccak256, numberToHex, parseAbi, type Address, type Hex } from "viem";
import { createScope, encodeRevoke, nativeToken, type Limit, type LimitKind } from "@latchkey/sdk";
import { day, type GasBench, type Granted, type Use } from "./createGasBench.ts";
import type { GasAccount } from "./createAccounts.ts";

export type Measures = Awaited<ReturnType<typeof createMeasures>>;

export const tokenAbi = parseAbi([
  "function mint(address to, uint256 amount)",
  "function approve(address spender, uint256 amount)",
  "function transfer(address to, uint256 amount)",
  "function increment()",
]);
export const coin = 10n ** 18n;
export const recipient: Address = "0x5f3ea8d1c07b2e6a94f1b8c3d2e7a60918f4c5b7";

/** At most `amount` of `token` in `period` seconds. */
export function toLimit(token: Address, amount: bigint, kind: LimitKind = "gross", period = day): Limit {
  return { token, amount, period, approveAbove: 0n, kind };
}

/** The jobs of DESIGN §1.6 over any account, and what they share. */
export async function createMeasures(bench: GasBench) {
  const gasToken = "artifacts/contracts/test/GasToken.sol/GasToken.json";
  const token = await bench.chain.deploy(gasToken);
  const otherTokens = await Promise.all(Array.from({ length: 5 }, async () => bench.chain.deploy(gasToken)));

  async function mint(to: Address, of: Address = token): Promise<void> {
    const args = [to, 1_000n * coin] as const;
    await bench.send(bench.relayer, of, encodeFunctionData({ abi: tokenAbi, functionName: "mint", args }));
  }

  /** An account with tokens and ether. */
  async function endow<account extends GasAccount>(account: account): Promise<account> {
    await mint(account.address);
    await bench.send(bench.owner.address, account.address, "0x", coin);
    return account;
  }

  const data = encodeFunctionData({ abi: tokenAbi, functionName: "transfer", args: [recipient, coin] });
  const transfer: Use = { scope: createScope({ target: token, function: "transfer(address,uint256)" }), data };
  const increment: Use = {
    scope: createScope({ target: token, function: "increment()" }),
    data: encodeFunctionData({ abi: tokenAbi, functionName: "increment" }),
  };
  const native: Use = { scope: createScope({ target: recipient, maxValue: coin }), value: 1n };
  const transferLimits = [toLimit(token, 500n * coin)];

  /** Scopes that nobody uses, each its own target. */
  function createOtherScopes(count: number) {
    return Array.from({ length: count }, (_, index) =>
      createScope({ target: keccak256(numberToHex(index)).slice(0, 42) as Hex, function: "0xaabbccdd" }),
    );
  }

  type Session = Parameters<typeof bench.grant>[1];

  async function grantTransfers(account: GasAccount, options: Partial<Session> = {}) {
    return bench.grant(account, { limits: transferLimits, scopes: [transfer.scope], ...options });
  }

  /** J1 under a session that differs from the usual one. */
  async function measureTransfer(account: GasAccount, options: Partial<Session> = {}): Promise<bigint> {
    return bench.measureThird(await grantTransfers(account, options), [transfer]);
  }

  /** The seven figures that other projects were measured in. */
  async function measureJobs(create: () => Promise<GasAccount>): Promise<Record<string, bigint>> {
    const account = async () => endow(await create());
    const granted = await grantTransfers(await account());
    const batch: Granted[] = [];
    for (let i = 0; i < 10; i += 1) batch.push(await grantTransfers(await account()));
    let whole = 0n;
    for (const nonce of [0, 1, 2]) {
      const orders = batch.map(async (each) => bench.toPackedOrder(each, nonce, [transfer]));
      whole = await bench.executeBatch(await Promise.all(orders));
    }
    const [counting, paying] = [
      await bench.grant(await account(), { limits: [], scopes: [increment.scope] }),
      await bench.grant(await account(), { limits: [toLimit(nativeToken, coin)], scopes: [native.scope] }),
    ];
    return {
      J1: await bench.measureThird(granted, [transfer]),
      J1Direct: await bench.measureThird(await grantTransfers(await account()), [transfer], { by: "key" }),
      J2: await bench.measureThird(counting, [increment]),
      J3: await bench.measureThird(paying, [native]),
      J5: whole / 10n,
      grant: granted.gas,
      revoke: await measureRevoke(await account()),
    };
  }

  async function measureRevoke(account: GasAccount): Promise<bigint> {
    const { session } = await grantTransfers(account);
    return account.act(bench.manager, encodeRevoke(session));
  }

  for (const to of [recipient, bench.relayer]) await mint(to);
  await bench.send(bench.owner.address, recipient, "0x", 1n);
  await bench.send(bench.relayer, token, increment.data ?? "0x");
  return {
    bench,
    token,
    otherTokens,
    mint,
    endow,
    transfer,
    increment,
    native,
    transferLimits,
    createOtherScopes,
    grantTransfers,
    measureTransfer,
    measureJobs,
  };
}
