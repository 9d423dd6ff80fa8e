import {
  encodeGrantWithSignature,
  encodePauseWithSignature,
  encodePause,
  encodeRedeemDelegations,
  encodeRevokeWithSignature,
  encodeSurrender,
  encodeSuspend,
  hashOrder,
  signForAccount,
  toControlTypedData,
  toDelegation,
  toGrantTypedData,
  type ControlMessage,
  type LatchkeyTypedData,
} from "@latchkey/sdk";
import type { GasAccount } from "./createAccounts.ts";
import { createAccountKey } from "./createSessionKeys.ts";
import { type Measures } from "./createMeasures.ts";

/** Acts other than orders, each in a transaction of its own. */
export async function measureControl(measures: Measures): Promise<Record<string, bigint>> {
  const { bench, endow, grantTransfers, transfer } = measures;
  const { manager, relayer, domain, owner, start, send } = bench;
  const account = async () => endow(await bench.accounts.createClone());
  const deadline = start + 86_399;
  const sentinel = createAccountKey(8_005).address;

  async function sign(typedData: LatchkeyTypedData, { address }: GasAccount) {
    return signForAccount({ typedData, account: address, owner });
  }
  async function toControl(message: ControlMessage, by: GasAccount) {
    return { controlNonce: 0, deadline, signature: await sign(toControlTypedData(message, domain), by) };
  }

  const prepared = await bench.prepare(await account(), {
    limits: measures.transferLimits,
    scopes: [transfer.scope],
  });
  const signature = await sign(toGrantTypedData({ ...prepared, deadline }, domain), prepared.account);
  const grantWithSignature = await send(
    relayer,
    manager,
    encodeGrantWithSignature({ ...prepared, deadline, signature }),
  );

  const [revoked, suspended, surrendered] = [
    await grantTransfers(await account()),
    await grantTransfers(await account(), { session: { sentinel } }),
    await grantTransfers(await account()),
  ];
  const { sessionId } = bench.toOrder(revoked, 0, []);
  const dated = { account: revoked.account.address, controlNonce: 0, deadline };
  const revoke = await toControl({ type: "Revoke", sessionId, ...dated }, revoked.account);
  const paused = await account();
  const pause = await toControl({ type: "Pause", ...dated, account: paused.address }, paused);
  const pausedByCall = await account();

  return {
    grantWithSignature,
    revokeWithSignature: await send(relayer, manager, encodeRevokeWithSignature(revoked.session, revoke)),
    suspend: await send(sentinel, manager, encodeSuspend(suspended.session)),
    surrender: await send(surrendered.session.signer, manager, encodeSurrender(surrendered.session)),
    pause: await pausedByCall.act(manager, encodePause(pausedByCall.address)),
    pauseWithSignature: await send(relayer, manager, encodePauseWithSignature(paused.address, pause)),
    cancel: await measureCancel(measures),
    delegation: await measureDelegation(measures),
  };
}

/** An order without calls, which only uses its nonce. */
async function measureCancel({ bench, endow, grantTransfers }: Measures): Promise<bigint> {
  return bench.measureThird(await grantTransfers(await endow(await bench.accounts.createClone())), []);
}

/** J1 through ERC-7710. */
async function measureDelegation({ bench, endow, grantTransfers, transfer }: Measures): Promise<bigint> {
  const granted = await grantTransfers(await endow(await bench.accounts.createClone()));
  let gas = 0n;
  for (const nonce of [0, 1, 2]) {
    const order = bench.toOrder(granted, nonce, [transfer]);
    const signedOrder = { order, signature: await granted.key.sign(hashOrder(order, bench.domain)) };
    const delegation = toDelegation({ signedOrder, session: granted.session, scopes: granted.scopes });
    gas = await bench.send(bench.relayer, bench.manager, encodeRedeemDelegations([delegation]));
  }
  return gas;
}
