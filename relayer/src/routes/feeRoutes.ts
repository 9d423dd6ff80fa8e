import { z } from "zod";
import type { App } from "../app.ts";
import type { FeeDesk } from "../limits/createFeeDesk.ts";
import { toFee } from "../limits/fees.ts";
import { problemSchema } from "./schemas.ts";

const feesSchema = z.object({
  required: z.boolean().describe("Whether orders without the fee are refused"),
  token: z.string().optional().describe("0xEeee…EEeE is the chain's native token"),
  recipient: z.string().optional(),
  base: z.string().optional().describe("Of every order, in the token's smallest unit"),
  perMillionGas: z.string().optional().describe("For each million of gas the order signs, rounded up"),
  validUntil: z.iso
    .datetime()
    .optional()
    .describe("Until then the fee is taken at this price; absent: it does not change"),
  amount: z.string().optional().describe("The fee of an order with the gas limit asked for"),
});

/** What is quoted is taken, by this instance and every other, for as long as the quote says. */
export function addFeeRoutes({ app, feeDesk }: { app: App; feeDesk: FeeDesk }): void {
  app.get(
    "/v1/fees",
    {
      schema: {
        summary: "What an order pays this relayer",
        description:
          "The order pays by an ordinary call of its own, under its own scope and limit. An order without calls that takes back one in flight pays nothing.",
        querystring: z.object({ gasLimit: z.coerce.number().int().min(0).max(0xffff_ffff).optional() }),
        response: { 200: feesSchema, "4xx": problemSchema, "5xx": problemSchema },
      },
    },
    async ({ query: { gasLimit } }) => {
      const quote = await feeDesk.quote();
      if (quote === undefined) return { required: false };
      const { schedule, validSeconds } = quote;
      return {
        required: true,
        token: schedule.token,
        recipient: schedule.recipient,
        base: schedule.base.toString(),
        perMillionGas: schedule.perMillionGas.toString(),
        ...(validSeconds !== undefined && { validUntil: new Date(Date.now() + validSeconds * 1_000).toISOString() }),
        ...(gasLimit !== undefined && { amount: toFee(schedule, gasLimit).toString() }),
      };
    },
  );
}
