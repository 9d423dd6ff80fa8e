import {
  limitKinds,
  ruleOps,
  sessionStatuses,
  spendMethods,
  accountKinds,
  type Order,
  type Scope,
  type Session,
} from "@latchkey/sdk";
import { getAddress, isAddress, type Hex } from "viem";
import { z } from "zod";

/** Bytes in hex; `byteCount` of them, if given. In lower case inside. */
export const hexSchema = (byteCount?: number) =>
  z
    .string()
    .regex(byteCount === undefined ? /^0x([0-9a-fA-F]{2})*$/ : new RegExp(`^0x[0-9a-fA-F]{${byteCount * 2}}$`), {
      error: byteCount === undefined ? "is not bytes in hex" : `is not ${byteCount} bytes in hex`,
    })
    .transform((text) => text.toLowerCase() as Hex);
export const hashSchema = hexSchema(32);
export const addressSchema = z
  .string()
  .refine((text) => isAddress(text, { strict: false }), { error: "is not an address" })
  .transform((text) => getAddress(text));
/** Unsigned, as a JSON number. */
export const uintSchema = (bits: number) =>
  z
    .int()
    .min(0)
    .max(2 ** bits - 1);
const amountSchema = (bits: number) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,77})$/, { error: "is not a whole number as a decimal string" })
    .transform(BigInt)
    .refine((amount) => amount < 1n << BigInt(bits), { error: `has more than ${bits} bits` });

const callSchema = z.strictObject({
  target: addressSchema,
  value: amountSchema(128),
  data: hexSchema(),
  scope: hashSchema,
});

export const orderSchema: z.ZodType<Order> = z.strictObject({
  sessionId: hashSchema,
  nonce: uintSchema(24),
  deadline: uintSchema(48),
  gasLimit: uintSchema(32),
  calls: z.array(callSchema).max(255),
});

export const signedOrderSchema = z.strictObject({
  order: orderSchema,
  signature: hexSchema(),
  /** Needed by sessions with a `leaseTtl`: `issuedAt` (6 bytes) and the sentinel's signature. */
  lease: hexSchema().default("0x"),
  /** The approver's signature, of sessions with an approver. */
  approval: hexSchema().default("0x"),
});

const limitSchema = z.strictObject({
  token: addressSchema,
  amount: amountSchema(104),
  period: uintSchema(32),
  approveAbove: amountSchema(104),
  kind: z.enum(limitKinds),
});

const sessionSchema: z.ZodType<Session> = z.strictObject({
  account: addressSchema,
  accountKind: z.enum(accountKinds),
  signer: hexSchema(),
  validAfter: uintSchema(48),
  validUntil: uintSchema(48),
  maxOrders: uintSchema(24),
  minInterval: uintSchema(32),
  epoch: uintSchema(32),
  relayer: addressSchema,
  sentinel: addressSchema,
  sentinelMayRevoke: z.boolean(),
  leaseTtl: uintSchema(32),
  approver: hexSchema(),
  revokeOnMisuse: z.boolean(),
  scopesRoot: hashSchema,
  salt: hashSchema,
  limits: z.array(limitSchema).max(15),
});

const scopeSchema: z.ZodType<Scope> = z.strictObject({
  target: addressSchema,
  selector: hexSchema(4),
  maxValue: amountSchema(128),
  spendToken: addressSchema,
  spendMethod: z.enum(spendMethods),
  policy: addressSchema,
  rules: z
    .array(
      z.strictObject({
        op: z.enum(ruleOps),
        offset: uintSchema(16),
        values: z.array(hashSchema).max(16),
      }),
    )
    .max(255),
});

export const sessionContentSchema = z.strictObject({
  session: sessionSchema,
  scopes: z.array(scopeSchema).min(1).max(1_000),
});

export const reasonSchema = z.object({ name: z.string(), args: z.array(z.unknown()), sentence: z.string() });

export const orderStatuses = ["accepted", "submitted", "confirmed", "failed", "expired", "cancelled"] as const;

/** Where an order stands. */
export const orderStateSchema = z.object({
  orderHash: z.string(),
  sessionId: z.string(),
  account: z.string(),
  nonce: z.int(),
  deadline: z.int(),
  gasLimit: z.int(),
  calls: z.array(z.object({ target: z.string(), value: z.string(), data: z.string(), scope: z.string() })),
  isBodyDeleted: z.literal(true).optional().describe("Its calls were deleted for their age"),
  status: z.enum(orderStatuses),
  transactionHash: z.string().optional(),
  blockNumber: z.int().optional(),
  reason: reasonSchema.optional(),
  acceptedAt: z.iso.datetime(),
});

/** What a session says, and where it stands in one block. */
export const sessionStateSchema = z.object({
  sessionId: z.string(),
  status: z.enum(sessionStatuses),
  session: z.unknown(),
  scopes: z.array(z.unknown()),
  nextNonce: z.int(),
  remaining: z.array(
    z.object({
      limit: z.int(),
      token: z.string(),
      amount: z.string(),
      remaining: z.string(),
      reserved: z.string().optional().describe("Held by orders in flight; only for the session's parties"),
    }),
  ),
  block: z.object({ number: z.int(), hash: z.string() }),
  lastUsedAt: z.int().optional(),
});

export const eventSchema = z.object({
  id: z.string(),
  event: z.string(),
  data: z.record(z.string(), z.unknown()),
});

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  retryable: z.boolean(),
  rule: reasonSchema.optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
