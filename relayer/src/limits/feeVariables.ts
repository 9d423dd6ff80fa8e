import { z } from "zod";
import { about } from "../aboutVariable.ts";
import { address, amount, whole } from "../configFields.ts";

/** Variables of what orders pay, for `configSchema`. */
export const feeVariables = {
  FEES: z
    .enum(["waived", "required"], { error: "is neither waived nor required" })
    .default("waived")
    .meta(about("Fees", "required: an order must pay the fee of GET /v1/fees by one of its calls")),
  FEE_TOKEN: address()
    .optional()
    .meta(about("Fees", "0xEeee…EEeE is the chain's native token", "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE")),
  FEE_RECIPIENT: address()
    .optional()
    .meta(about("Fees", "", "0x0000000000000000000000000000000000000000")),
  FEE_BASE: amount().default(0n).meta(about("Fees", "Of every order, in the token's smallest unit")),
  FEE_PER_MILLION_GAS: amount()
    .default(0n)
    .meta(about("Fees", "For each million of gas an order signs, in the token's smallest unit")),
  FEE_PRICING: z
    .enum(["fixed", "gas-price"], { error: "is neither fixed nor gas-price" })
    .default("fixed")
    .meta(
      about("Fees", "gas-price: a million of gas costs what the chain asks now; FEE_PER_MILLION_GAS is then the least"),
    ),
  FEE_PER_MILLION_GAS_MAX: amount()
    .optional()
    .meta(about("Fees", "With gas-price: the most that is asked; no bound by default", "")),
  FEE_MARKUP_PERCENT: whole(0, 1_000).default(20).meta(about("Fees", "With gas-price: added to what gas costs")),
  FEE_TOKEN_PER_NATIVE: amount()
    .optional()
    .meta(
      about(
        "Fees",
        "With gas-price and a FEE_TOKEN that is not native: its smallest units that one native token (10^18 wei) is worth",
        "2500000000",
      ),
    ),
  FEE_QUOTE_SECONDS: whole(5, 3_600)
    .default(60)
    .meta(about("Fees", "With gas-price: how long a client may rely on the answer of GET /v1/fees")),
};
