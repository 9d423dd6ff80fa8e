import type { Kysely } from "kysely";
import type { Hex } from "viem";
import { z } from "zod";
import type { ContentStore } from "../admission/createContentStore.ts";
import type { Caller } from "../limits/createApiPolicies.ts";
import type { Intake } from "../admission/createIntake.ts";
import type { App } from "../app.ts";
import { requirePrincipal, type Parties } from "../auth/createParties.ts";
import type { Principal } from "../auth/principal.ts";
import { consumeRequestNonce } from "../auth/requestNonces.ts";
import { getOrder, type OrderRow } from "../db/orderRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import { cancelOrder } from "../submission/cancelOrder.ts";
import { hashSchema, orderStateSchema, problemSchema, signedOrderSchema } from "./schemas.ts";
import { toOrderState } from "./toJson.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  contents: ContentStore;
  parties: Parties;
  intake: Intake;
  config: { chainId: number };
};

export function addOrderRoutes({ app, db, contents, parties, intake, config }: Deps): void {
  async function getKnown(hash: Hex): Promise<OrderRow> {
    const order = await getOrder(db, config.chainId, hash);
    if (order !== undefined) return order;
    throw new ProblemError("not-found", `The relayer has no order ${hash}`);
  }

  app.post(
    "/v1/orders",
    {
      config: { isAdmission: true },
      schema: {
        summary: "Submit a signed order",
        description: "Stored before it is answered. The identical order again is answered with its present state.",
        body: signedOrderSchema,
        response: { 200: orderStateSchema, 202: orderStateSchema, "4xx": problemSchema, "5xx": problemSchema },
      },
    },
    async (request, reply) => {
      const { order, isNew } = await intake.submit(request.body, toCaller(request));
      return reply.code(isNew ? 202 : 200).send(toOrderState(order));
    },
  );

  app.post(
    "/v1/orders/simulate",
    {
      config: { isAdmission: true },
      schema: {
        summary: "Check and run an order without effect",
        body: signedOrderSchema,
        response: {
          200: z.object({ ok: z.literal(true), gasUsed: z.int().optional() }),
          "4xx": problemSchema,
          "5xx": problemSchema,
        },
      },
    },
    async (request) => {
      const { gasUsed } = await intake.simulate(request.body, toCaller(request));
      return { ok: true as const, ...(gasUsed !== undefined && { gasUsed }) };
    },
  );

  app.get(
    "/v1/orders/:hash",
    {
      schema: {
        summary: "Where an order stands",
        params: z.object({ hash: hashSchema }),
        response: { 200: orderStateSchema, "4xx": problemSchema },
      },
    },
    async ({ params: { hash } }) => toOrderState(await getKnown(hash)),
  );

  app.delete(
    "/v1/orders/:hash",
    {
      schema: {
        summary: "Take an order back",
        description:
          "Signed by the session's key or its account's owner. Final here, as long as no lane has claimed the order; afterwards only an order without calls of the same nonce may still come first.",
        params: z.object({ hash: hashSchema }),
        response: { 200: orderStateSchema, "4xx": problemSchema, "5xx": problemSchema },
      },
    },
    async ({ params: { hash }, principal }) => {
      requirePrincipal(principal);
      const order = await getKnown(hash);
      const { nonce } = await parties.requireParty(principal, await contents.get(hashSchema.parse(order.session_id)));
      await db.transaction().execute(async (tx) => {
        const cancellation = await cancelOrder(tx, { chainId: config.chainId, orderHash: hash });
        if (cancellation === "claimed") {
          throw new ProblemError(
            "order-claimed",
            `The order ${hash} is being submitted: an order of the session without calls and with the nonce ${order.nonce} may still come first`,
          );
        }
        if (cancellation !== "cancelled") {
          throw new ProblemError("order-final", `The order ${hash} has ended already, as ${order.status}`);
        }
        await consumeRequestNonce(tx, config.chainId, nonce);
      });
      return toOrderState(await getKnown(hash));
    },
  );
}

/** Who sends an order, as far as the server knows. */
function toCaller({ principal, ip }: { principal: Principal | undefined; ip: string }): Caller {
  return { principal, source: ip };
}
