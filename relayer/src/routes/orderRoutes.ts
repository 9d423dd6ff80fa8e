import { z } from "zod";
import type { Kysely } from "kysely";
import type { Intake } from "../admission/createIntake.ts";
import type { App } from "../app.ts";
import { getOrder } from "../db/orderRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import { hashSchema, orderStateSchema, problemSchema, signedOrderSchema } from "./schemas.ts";
import { toOrderState } from "./toJson.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  intake: Intake;
  config: { chainId: number };
};

export function addOrderRoutes({ app, db, intake, config }: Deps): void {
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
      const { order, isNew } = await intake.submit(request.body, request.principal?.nonce);
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
      const { gasUsed } = await intake.simulate(request.body);
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
