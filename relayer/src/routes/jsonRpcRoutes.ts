import type { Kysely } from "kysely";
import { z } from "zod";
import type { ContentStore } from "../admission/createContentStore.ts";
import type { Caller } from "../limits/createApiPolicies.ts";
import type { Intake } from "../admission/createIntake.ts";
import type { App } from "../app.ts";
import type { Parties } from "../auth/createParties.ts";
import { consumeRequestNonce } from "../auth/requestNonces.ts";
import type { SessionReader } from "../chain/createSessionReader.ts";
import type { Rpc } from "../chain/createRpc.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import { getCallsStatus, getCallsStatusSchema } from "../jsonRpc/getCallsStatus.ts";
import { getCapabilities, getCapabilitiesSchema } from "../jsonRpc/getCapabilities.ts";
import { fromProblem, JsonRpcError } from "../jsonRpc/JsonRpcError.ts";
import { prepareCalls, prepareCallsSchema } from "../jsonRpc/prepareCalls.ts";
import { sendPreparedCalls, sendPreparedCallsSchema } from "../jsonRpc/sendPreparedCalls.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../observability/createMetrics.ts";
import { ProblemError } from "../problem.ts";
import { toProblem } from "../toProblem.ts";
import { problemSchema } from "./schemas.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  rpc: Rpc;
  contents: ContentStore;
  sessionReader: SessionReader;
  parties: Parties;
  intake: Intake;
  metrics: Pick<Metrics, "refusals">;
  config: Pick<Config, "chainId" | "manager" | "fees">;
};

const batchMax = 20;

const requestSchema = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});
const idSchema = z.object({ id: z.union([z.string(), z.number(), z.null()]).optional() });

type Answer = { jsonrpc: "2.0"; id: string | number | null } & (
  { result: unknown } | { error: { code: number; message: string; data?: unknown } }
);

/** JSON-RPC 2.0 at `/rpc`, for wallets and libraries that speak EIP-5792 and ERC-7836. */
export function addJsonRpcRoutes(deps: Deps): void {
  const { app, metrics } = deps;

  const methods: Record<string, (params: unknown, caller: Caller) => unknown> = {
    wallet_prepareCalls: (params, { principal }) => prepareCalls(deps, parse(prepareCallsSchema, params), principal),
    wallet_sendPreparedCalls: (params, caller) =>
      sendPreparedCalls(deps, parse(sendPreparedCallsSchema, params), caller),
    wallet_getCallsStatus: (params) => getCallsStatus(deps, parse(getCallsStatusSchema, params)),
    wallet_getCapabilities: (params) => getCapabilities(deps, parse(getCapabilitiesSchema, params)),
    eth_chainId: () => `0x${deps.config.chainId.toString(16)}`,
  };

  async function answer(body: unknown, caller: Caller, log: Log): Promise<Answer | undefined> {
    const id = idSchema.safeParse(body).data?.id ?? null;
    try {
      const request = requestSchema.safeParse(body);
      if (!request.success) throw new JsonRpcError("invalidRequest", "The request is not one of JSON-RPC 2.0");
      const method = Object.hasOwn(methods, request.data.method) ? methods[request.data.method] : undefined;
      if (method === undefined) throw new JsonRpcError("methodNotFound", `There is no method ${request.data.method}`);
      const { params, method: name } = request.data;
      // What is stored uses the nonce of a signed request up itself, in the end.
      if (caller.principal !== undefined && name !== "wallet_sendPreparedCalls") {
        await consumeRequestNonce(deps.db, deps.config.chainId, caller.principal.nonce);
      }
      const result = await method(params, caller);
      // A request without an id wants no answer.
      return request.data.id === undefined ? undefined : { jsonrpc: "2.0", id, result };
    } catch (error) {
      return { jsonrpc: "2.0", id, error: toJsonError(error, log) };
    }
  }

  function toJsonError(error: unknown, log: Log): { code: number; message: string; data?: unknown } {
    const problem = error instanceof JsonRpcError ? error : toProblem(error);
    if (problem instanceof ProblemError) {
      metrics.refusals.inc({ code: problem.code });
      if (problem.code === "internal-error") log.error({ err: error }, "A JSON-RPC request failed");
    }
    const { code, message, data } = problem instanceof ProblemError ? fromProblem(problem) : problem;
    return { code, message, ...(data !== undefined && { data }) };
  }

  app.post(
    "/rpc",
    {
      config: { isAdmission: true },
      schema: {
        summary:
          "JSON-RPC 2.0: wallet_prepareCalls, wallet_sendPreparedCalls, wallet_getCallsStatus, wallet_getCapabilities",
        description: `The calls of ERC-7836 and EIP-5792. Up to ${batchMax} requests in a batch. A refusal is the error -32000 with its RFC 9457 problem as data.`,
        body: z.union([z.looseObject({}), z.array(z.unknown()).min(1).max(batchMax)]),
        response: { 200: z.unknown(), 204: z.void(), "4xx": problemSchema, "5xx": problemSchema },
      },
    },
    async ({ body, principal, ip, log }, reply) => {
      const caller = { principal, source: ip };
      if (!Array.isArray(body)) {
        const only = await answer(body, caller, log);
        return only === undefined ? reply.code(204).send() : reply.send(only);
      }
      if (principal !== undefined && body.length > 1) {
        throw new ProblemError("body-invalid", "A signed request carries one call: its nonce is good for one");
      }
      const answers = await Promise.all(body.map((entry) => answer(entry, caller, log)));
      return reply.send(answers.filter((entry) => entry !== undefined));
    },
  );
}

function parse<T>(schema: z.ZodType<T>, params: unknown): T {
  const { success, data, error } = schema.safeParse(params);
  if (success) return data;
  const [issue] = error.issues;
  throw new JsonRpcError("invalidParams", `params.${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`, {
    issues: error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
  });
}
