import { z } from "zod";
import type { Kysely } from "kysely";
import type { Admission } from "../admission/createAdmission.ts";
import type { App } from "../app.ts";
import { getOrder } from "../db/orderRows.ts";
import type { Database } from "../db/schema.ts";
import type { LoadGate } from "../limits/createLoadGate.ts";
import { ProblemError } from "../problem.ts";
import { hashSchema, orderStateSchema, problemSchema, signedOrderSchema } from "./schemas.ts";
import { toOrderState } from "./toJson.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  admission: Admission;
  loadGate: LoadGate;
  /** Tells the submission that there is something to do. */
  onAccepted: () => void;
  config: { chainId: number };
};

export function addOrderRoutes({ app, db, admission, loadGate, onAccepted, config }: Deps): void {
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
      const requestNonce = request.principal?.nonce;
      const { order, isNew } = await loadGate.run(() => admission.submit(request.body, { requestNonce }), {
        isStoring: true,
      });
      if (isNew) onAccepted();
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
      const { gasUsed } = await loadGate.run(() => admission.simulate(request.body), { isStoring: false });
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
    async ({ params: { hash } }) => {
      const order = await getOrder(db, config.chainId, hash);
      if (order === undefined) throw new ProblemError("not-found", `The relayer has no order ${hash}`);
      return toOrderState(order);
    },
  );
}
