import { hashOrder, signApproval, signLease } from "@latchkey/sdk";
import { createAccountKey, createSessionKeys } from "./createSessionKeys.ts";
import { coin, toLimit, type Measures } from "./createMeasures.ts";
import type { ProofsOf } from "./createGasBench.ts";

/** J1 signed by session keys of every kind. */
export async function measureSessionKeys(measures: Measures): Promise<Record<string, bigint>> {
  const { bench, endow, measureTransfer } = measures;
  const results: Record<string, bigint> = {};
  for (const [name, key] of Object.entries(await createSessionKeys(bench.chain))) {
    const account = await endow(await bench.accounts.createClone());
    results[`key${name.charAt(0).toUpperCase()}${name.slice(1)}`] = await measureTransfer(account, { key });
  }
  return results;
}

/** J1 with what others must sign beside the session key. */
export async function measureProofs(measures: Measures): Promise<Record<string, bigint>> {
  const { bench, endow, transfer, token, grantTransfers } = measures;
  const { domain, start } = bench;
  const account = async () => endow(await bench.accounts.createClone());
  const [sentinel, approver] = [createAccountKey(8_003), createAccountKey(8_004)];

  const leased = await grantTransfers(await account(), { session: { sentinel: sentinel.address, leaseTtl: 86_400 } });
  const withLease: ProofsOf = async ({ sessionId }) => ({
    lease: await signLease({ lease: { sessionId, issuedAt: start }, signer: sentinel, ...domain }),
  });

  const limits = [{ ...toLimit(token, 500n * coin), approveAbove: coin / 2n }];
  const session = { approver: approver.address };
  const withApproval: ProofsOf = async (order) => ({
    approval: await signApproval({ approval: { orderHash: hashOrder(order, domain) }, signer: approver, ...domain }),
  });
  const approved = await grantTransfers(await account(), { limits, session });
  const below = await grantTransfers(await account(), {
    limits: [{ ...toLimit(token, 500n * coin), approveAbove: 100n * coin }],
    session,
  });
  return {
    lease: await bench.measureThird(leased, [transfer], { proofs: withLease }),
    approved: await bench.measureThird(approved, [transfer], { proofs: withApproval }),
    belowApproval: await bench.measureThird(below, [transfer]),
  };
}
