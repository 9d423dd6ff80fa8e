import { z } from "zod";
import type { Caller } from "../limits/createApiPolicies.ts";
import type { Intake } from "../admission/createIntake.ts";
import { hashSchema, hexSchema, orderSchema } from "../routes/schemas.ts";
import { JsonRpcError } from "./JsonRpcError.ts";
import { checkCapabilities, checkChain, quantitySchema } from "./jsonRpcParams.ts";

/** What `wallet_prepareCalls` answered, with the session key's signature. */
export const sendPreparedCallsSchema = z.tuple([
  z.object({
    version: z.string(),
    chainId: quantitySchema,
    capabilities: z.looseObject({ permissions: z.object({ id: hashSchema }).optional() }).default({}),
    context: z.object({ order: orderSchema }),
    signature: z.object({ type: z.string(), value: hexSchema() }),
  }),
]);

/** Submits a prepared order. Its id as of EIP-5792 is the order's hash. */
export async function sendPreparedCalls(
  { intake, config }: { intake: Intake; config: { chainId: number } },
  [{ chainId, capabilities, context, signature }]: z.output<typeof sendPreparedCallsSchema>,
  caller: Caller,
) {
  checkChain(chainId, config.chainId);
  checkCapabilities(capabilities, ["permissions", "latchkey"]);
  const { permissions } = capabilities;
  if (permissions !== undefined && permissions.id !== context.order.sessionId) {
    throw new JsonRpcError(
      "invalidParams",
      `capabilities.permissions.id is ${permissions.id}, but the order is of the session ${context.order.sessionId}`,
    );
  }
  const signed = { order: context.order, signature: signature.value };
  const { order } = await intake.submit(signed, caller);
  return [{ id: order.order_hash, capabilities: {} }];
}
