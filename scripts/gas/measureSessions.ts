import { zeroAddress, type Hex } from "viem";
import { encodeRevokeAll, encodeSetGuardian, packSession } from "@latchkey/sdk";
import { createAccountKey } from "./createSessionKeys.ts";
import { coin, toLimit, type Measures } from "./createMeasures.ts";

const scopeCounts = [1, 10, 50, 1000] as const;

/** J1 under sessions of more scopes, limits and calls. */
export async function measureSessions(measures: Measures): Promise<Record<string, bigint>> {
  const { bench, endow, transfer, transferLimits, measureTransfer, createOtherScopes, token, otherTokens } = measures;
  const { createClone } = bench.accounts;
  const results: Record<string, bigint> = {};
  for (const count of scopeCounts) {
    const scopes = [transfer.scope, ...createOtherScopes(count - 1)];
    results[`scopes${count}`] = await measureTransfer(await endow(await createClone()), { scopes });
  }
  for (const count of [1, 2, 3, 4, 5]) {
    const limits = Array.from({ length: count }, (_, index) =>
      toLimit(token, 500n * coin, "gross", 86_400 * (index + 1)),
    );
    results[`limits${count}`] = await measureTransfer(await endow(await createClone()), { limits });
  }
  for (const count of [2, 3, 4, 5]) {
    const account = await endow(await createClone());
    const others = otherTokens.slice(0, count - 1);
    for (const other of others) await measures.mint(account.address, other);
    const limits = [...transferLimits, ...others.map((other) => toLimit(other, coin))];
    results[`tokens${count}`] = await measureTransfer(account, { limits });
  }
  const granted = await measures.grantTransfers(await endow(await createClone()));
  results["calls10"] = await bench.measureThird(
    granted,
    Array.from({ length: 10 }, () => transfer),
  );
  return results;
}

/**
 * The gas that a use costs beyond J1, without calldata, under a session that names everything an owner may name and this
 * use does not need, of an account with a guardian.
 */
export async function measureUnusedFeatures(measures: Measures, J1: bigint): Promise<bigint> {
  const { bench, endow, transfer, grantTransfers } = measures;
  const account = await endow(await bench.accounts.createClone());
  const sentinel = createAccountKey(8_001).address;
  await account.act(bench.manager, encodeSetGuardian(createAccountKey(8_002).address));
  const salt: Hex = `0x${"5a".repeat(32)}`;
  const named = await grantTransfers(account, {
    session: { sentinel, sentinelMayRevoke: true, revokeOnMisuse: true, salt },
  });
  const bare = packSession({
    ...named.session,
    sentinel: zeroAddress,
    sentinelMayRevoke: false,
    revokeOnMisuse: false,
    salt: `0x${"00".repeat(32)}`,
  });
  const gas = await bench.measureThird(named, [transfer]);
  return gas - J1 - (toCalldataGas(packSession(named.session)) - toCalldataGas(bare));
}

/** EIP-2028. */
export function toCalldataGas(data: Hex): bigint {
  const bytes = data.slice(2).match(/../g) ?? [];
  return bytes.reduce((gas, byte) => gas + (byte === "00" ? 4n : 16n), 0n);
}

/** `revokeAll` of an account with that many sessions. */
export async function measureRevokeAll({ bench, endow, grantTransfers }: Measures, sessions: number): Promise<bigint> {
  const account = await endow(await bench.accounts.createClone());
  // Raised once before, so that every count writes over an epoch that is not 0.
  await account.act(bench.manager, encodeRevokeAll());
  for (let i = 0; i < sessions; i += 1) await grantTransfers(account);
  return account.act(bench.manager, encodeRevokeAll());
}
