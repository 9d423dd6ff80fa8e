import { signRequest, type SignOptions } from "@slicekit/erc8128";
import { setTimeout as sleep } from "node:timers/promises";
import type { LocalAccount } from "viem";
import { foundry } from "viem/chains";
import { expect } from "vitest";
import { z } from "zod";

export type Answer = { status: number; headers: Headers; json: unknown };

/** Sends `body` as JSON, or as it is if it is text. */
export async function request(
  url: string,
  options: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { method = "GET", body, headers = {} } = options;
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === "" ? undefined : JSON.parse(text) };
}

export const post = (url: string, body: unknown): Promise<Answer> => request(url, { method: "POST", body });

/** The request signed by `signer` as of ERC-8128. */
export async function requestAs(
  signer: RequestSigner,
  url: string,
  { method = "GET", body }: { method?: string; body?: unknown } = {},
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = await signHeaders(signer, url, { method, body: text });
  return request(url, { method, headers, ...(text !== undefined && { body: text }) });
}

export type RequestSigner = Pick<LocalAccount, "address" | "signMessage">;

/** The headers of a signature as of ERC-8128 over the request. */
export async function signHeaders(
  { address, signMessage }: RequestSigner,
  url: string,
  { method, body }: { method: string; body?: string | undefined },
  options: SignOptions & { chainId?: number } = {},
): Promise<Record<string, string>> {
  const signed = await signRequest(
    url,
    { method, ...(body !== undefined && { body, headers: { "content-type": "application/json" } }) },
    {
      address,
      chainId: options.chainId ?? foundry.id,
      signMessage: (message) => signMessage({ message: { raw: message } }),
    },
    options,
  );
  return Object.fromEntries(signed.headers);
}

export const put = (url: string, body: unknown, signer: RequestSigner): Promise<Answer> =>
  requestAs(signer, url, { method: "PUT", body });

const reasonSchema = z.strictObject({ name: z.string(), args: z.array(z.unknown()), sentence: z.string().min(1) });

const orderSchema = z.object({
  orderHash: z.string(),
  sessionId: z.string(),
  account: z.string(),
  nonce: z.number(),
  status: z.enum(["accepted", "submitted", "confirmed", "failed", "expired", "cancelled"]),
  transactionHash: z.templateLiteral(["0x", z.string()]).optional(),
  blockNumber: z.number().optional(),
  reason: reasonSchema.optional(),
  acceptedAt: z.string(),
});
export type OrderAnswer = z.infer<typeof orderSchema>;

export const parseOrder = (json: unknown): OrderAnswer => orderSchema.parse(json);

const problemSchema = z.strictObject({
  type: z.string().min(1),
  title: z.string().min(1),
  status: z.number(),
  detail: z.string().min(1),
  code: z.string(),
  retryable: z.boolean(),
  rule: reasonSchema.optional(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** Checks that the answer is an RFC 9457 problem that agrees with its own status. */
export function parseProblem({ status, headers, json }: Answer): Problem {
  expect(headers.get("content-type")).toMatch(/^application\/problem\+json/);
  const problem = problemSchema.parse(json);
  expect(problem.status).toBe(status);
  return problem;
}

const finalStatuses: readonly string[] = ["confirmed", "failed", "expired", "cancelled"];

/** The order's state as soon as `isReached`, by default when it is final. */
export async function waitForOrder(
  url: string,
  orderHash: string,
  isReached: (order: OrderAnswer) => boolean = ({ status }) => finalStatuses.includes(status),
  timeoutMs = 40_000,
): Promise<OrderAnswer> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const { status, json } = await request(`${url}/v1/orders/${orderHash}`);
    if (status !== 200) throw new Error(`GET ${orderHash}: ${status} ${JSON.stringify(json)}`);
    const order = parseOrder(json);
    if (isReached(order)) return order;
    if (Date.now() > end) throw new Error(`The order is still ${JSON.stringify(order)}`);
    await sleep(50);
  }
}

const sessionSchema = z.object({
  sessionId: z.string(),
  status: z.string(),
  session: z.unknown(),
  scopes: z.array(z.unknown()),
  nextNonce: z.number(),
  remaining: z.array(
    z.strictObject({
      limit: z.number(),
      token: z.string(),
      amount: z.string(),
      remaining: z.string(),
      reserved: z.string().optional(),
    }),
  ),
  block: z.strictObject({ number: z.number(), hash: z.string() }),
  lastUsedAt: z.number().optional(),
});
export type SessionAnswer = z.infer<typeof sessionSchema>;

export const parseSession = (json: unknown): SessionAnswer => sessionSchema.parse(json);

/** Keys of the sessions that `createWorld` made, by session id. */
export const sessionKeys = new Map<string, RequestSigner>();

/** The session's state, as its key is told it, once the relayer has read its grant and `isReached` holds. */
export async function waitForSession(
  url: string,
  sessionId: string,
  isReached: (session: SessionAnswer) => boolean = () => true,
): Promise<SessionAnswer> {
  const signer = sessionKeys.get(sessionId);
  const end = Date.now() + 40_000;
  for (;;) {
    const target = `${url}/v1/sessions/${sessionId}`;
    const answer = await (signer === undefined ? request(target) : requestAs(signer, target));
    const session = answer.status === 200 ? parseSession(answer.json) : undefined;
    if (session !== undefined && isReached(session)) return session;
    if (Date.now() > end) throw new Error(`The session is still ${JSON.stringify(answer.json)}`);
    await sleep(50);
  }
}
