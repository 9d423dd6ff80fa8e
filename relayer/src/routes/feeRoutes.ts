import { z } from "zod";
import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import { toFee } from "../limits/fees.ts";
import { problemSchema } from "./schemas.ts";

const feesSchema = z.object({
  required: z.boolean().describe("Whether orders without the fee are refused"),
  token: z.string().optional().describe("0xEeee…EEeE is the chain's native token"),
  recipient: z.string().optional(),
  base: z.string().optional().describe("Of every order, in the token's smallest unit"),
  perMillionGas: z.string().optional().describe("For each million of gas the order signs, rounded up"),
  amount: z.string().optional().describe("The fee of an order with the gas limit asked for"),
});

/** Quotes are a function of the configuration alone, so a quote holds until the operator changes it. */
export function addFeeRoutes({ app, config }: { app: App; config: Pick<Config, "fees"> }): void {
  app.get(
    "/v1/fees",
    {
      schema: {
        summary: "What an order pays this relayer",
        description: "The order pays by an ordinary call of its own, under its own scope and limit.",
        querystring: z.object({ gasLimit: z.coerce.number().int().min(0).max(0xffff_ffff).optional() }),
        response: { 200: feesSchema, "4xx": problemSchema },
      },
    },
    ({ query: { gasLimit } }) => {
      const { fees } = config;
      if (fees === undefined) return { required: false };
      return {
        required: true,
        token: fees.token,
        recipient: fees.recipient,
        base: fees.base.toString(),
        perMillionGas: fees.perMillionGas.toString(),
        ...(gasLimit !== undefined && { amount: toFee(fees, gasLimit).toString() }),
      };
    },
  );
}
