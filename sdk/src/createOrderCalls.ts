import type { Address, Hex } from "viem";
import { findScope } from "./admitOrder.ts";
import { createSending } from "./createSending.ts";
import type { SessionCalls } from "./createSessionCalls.ts";
import { LatchkeyError, OrderNotAdmittedError, OrderTimeoutError, ResponseInvalidError } from "./errors.ts";
import { hashOrder } from "./hashOrder.ts";
import type { LatchkeyClient, LatchkeyClientOptions, OrderInput } from "./latchkeyClient.ts";
import { createLeaseSource } from "./leaseSource.ts";
import { createNonceSource } from "./nonceSource.ts";
import type { Order, SignedOrder } from "./order.ts";
import { parseAnswer } from "./parseAnswer.ts";
import type { RelayerHttp } from "./relayerHttp.ts";
import { parseOrderState, parseSimulation, type OrderState } from "./relayerResponses.ts";
import { sleep } from "./retry.ts";
import { signOrder } from "./signOrder.ts";
import { toErrorSentence } from "./toErrorSentence.ts";
import { toSignedOrderJson } from "./wire.ts";

export type OrderCalls = Pick<
  LatchkeyClient,
  "submitOrder" | "submitSignedOrder" | "simulateOrder" | "waitForOrder" | "getOrder"
>;

const finalStatuses: readonly string[] = ["confirmed", "failed", "expired", "cancelled"];

/** The part of a client that makes, sends and follows orders of its session. */
export function createOrderCalls({
  http,
  options: { chainId, manager, sessionKey },
  getContent,
  getSession,
  getLease,
}: Pick<SessionCalls, "getContent" | "getSession"> &
  Pick<LatchkeyClient, "getLease"> & { http: RelayerHttp; options: LatchkeyClientOptions }): OrderCalls {
  const leases = createLeaseSource(getLease);
  const signAndSend = createSending(createNonceSource(async () => (await getSession()).nextNonce));

  async function getOrder(orderHash: Hex, signal?: AbortSignal): Promise<OrderState> {
    return parseAnswer(await http.request({ method: "GET", path: `/v1/orders/${orderHash}`, signal }), parseOrderState);
  }

  /** Everything of an order but its nonce: fails before a nonce is taken if no scope admits a call. */
  async function prepare(input: OrderInput): Promise<(nonce: number) => Promise<SignedOrder>> {
    if (sessionKey === undefined) throw new LatchkeyError("The client has no sessionKey, so it cannot sign orders");
    const { sessionId, session, scopes } = await getContent();
    const calls = input.calls.map(({ target, value = 0n, data = "0x" }, callIndex) => {
      const found = findScope({ session, scopes, call: { target, value, data }, callIndex, manager });
      if ("refusal" in found) throw toNotAdmitted(found.refusal, target, callIndex);
      return { target, value, data, scope: found.leaf };
    });
    return async (nonce) => {
      const order: Order = {
        sessionId,
        nonce,
        deadline: input.deadline ?? Math.floor(Date.now() / 1000) + 120,
        gasLimit: input.gasLimit ?? 300_000 + 200_000 * calls.length,
        calls,
      };
      const signature = await signOrder({ order, signer: sessionKey, chainId, manager });
      const approval = await input.approve?.(order, hashOrder(order, { chainId, manager }));
      const lease = input.lease ?? (session.leaseTtl === 0 ? undefined : (await leases.get()).lease);
      return {
        order,
        signature,
        ...(lease !== undefined && { lease }),
        ...(approval !== undefined && { approval }),
      };
    };
  }

  async function submitSignedOrder(
    signedOrder: SignedOrder,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<OrderState> {
    const body = toSignedOrderJson(signedOrder);
    const state = parseAnswer(
      await http.request({ method: "POST", path: "/v1/orders", body, signal }),
      parseOrderState,
    );
    const orderHash = hashOrder(signedOrder.order, { chainId, manager });
    if (state.orderHash !== orderHash) {
      throw new ResponseInvalidError(
        `The relayer calls the order ${state.orderHash}, but it is ${orderHash}: is it of another chain or manager?`,
      );
    }
    return state;
  }

  return {
    submitSignedOrder,
    getOrder: (orderHash) => getOrder(orderHash),

    async submitOrder(input, { signal } = {}) {
      const sign = await prepare(input);
      return signAndSend(input.nonce, sign, async (signedOrder) => ({
        ...(await submitSignedOrder(signedOrder, { ...(signal && { signal }) })),
        order: signedOrder.order,
      }));
    },

    async simulateOrder(input, { signal } = {}) {
      const sign = await prepare(input);
      const signedOrder = await sign(input.nonce ?? (await getSession()).nextNonce);
      const body = toSignedOrderJson(signedOrder);
      return parseAnswer(
        await http.request({ method: "POST", path: "/v1/orders/simulate", body, signal }),
        parseSimulation,
      );
    },

    async waitForOrder(orderHash, { timeoutMs: waitMs = 120_000, pollIntervalMs = 500, signal } = {}) {
      const end = Date.now() + waitMs;
      let status = "unknown";
      while (Date.now() < end) {
        try {
          const state = await getOrder(orderHash, signal);
          if (finalStatuses.includes(state.status)) return state;
          ({ status } = state);
        } catch (error) {
          // A relayer that restarts is waited for like a block.
          if (!(error instanceof LatchkeyError) || !error.retryable || signal?.aborted === true) throw error;
        }
        await sleep(Math.min(pollIntervalMs, Math.max(0, end - Date.now())), signal);
      }
      throw new OrderTimeoutError(orderHash, status, waitMs);
    },
  };
}

function toNotAdmitted(
  refusal: { error: string; args: readonly unknown[] } | undefined,
  target: Address,
  callIndex: number,
): OrderNotAdmittedError {
  if (refusal === undefined) {
    const none = { error: "ScopeNotGranted", args: [BigInt(callIndex)] };
    return new OrderNotAdmittedError(`Call number ${callIndex + 1}: the session has no scope for ${target}`, none);
  }
  return new OrderNotAdmittedError(toErrorSentence({ name: refusal.error, args: refusal.args }).sentence, refusal);
}
