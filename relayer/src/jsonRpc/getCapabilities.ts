import { hexToNumber, numberToHex } from "viem";
import { z } from "zod";
import type { FeeSchedule } from "../limits/fees.ts";
import { addressSchema } from "../routes/schemas.ts";
import { quantitySchema } from "./jsonRpcParams.ts";

export const getCapabilitiesSchema = z.union([
  z.tuple([]),
  z.tuple([addressSchema.nullish()]),
  z.tuple([addressSchema.nullish(), z.array(quantitySchema).nullish()]),
]);

type Deps = { config: { chainId: number; fees: FeeSchedule | undefined } };

/** By chain, as EIP-5792 has it; the same for every account. */
export function getCapabilities({ config }: Deps, [, chainIds]: z.output<typeof getCapabilitiesSchema>) {
  const { chainId, fees } = config;
  const isAsked = !chainIds || chainIds.some((asked) => asked.length <= 10 && hexToNumber(asked) === chainId);
  if (!isAsked) return {};
  return {
    [numberToHex(chainId)]: {
      atomic: { status: "supported" },
      permissions: { supported: true },
      latchkey: { supported: true, feesRequired: fees !== undefined },
    },
  };
}
