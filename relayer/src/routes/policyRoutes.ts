import { FieldInvalidError, parseApiPolicyJson, type ApiPolicy } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import { z } from "zod";
import type { ContentStore } from "../admission/createContentStore.ts";
import type { App } from "../app.ts";
import { requirePrincipal, type Parties } from "../auth/createParties.ts";
import { consumeRequestNonce } from "../auth/requestNonces.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import type { ApiPolicies } from "../limits/createApiPolicies.ts";
import { ProblemError } from "../problem.ts";
import { hashSchema, problemSchema, uintSchema } from "./schemas.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  contents: ContentStore;
  parties: Parties;
  apiPolicies: ApiPolicies;
  config: Pick<Config, "chainId">;
};

const policySchema = z.strictObject({
  cidrs: z.array(z.string()).max(64).describe("Networks in their one form; none: from anywhere"),
  ordersPerMinute: uintSchema(32).describe("0: as many as the relayer takes"),
  requireAuthentication: z.boolean().describe("Whether orders must come in signed requests"),
  salt: hashSchema,
});
const params = z.object({ id: hashSchema });
const responses = { 200: policySchema, "4xx": problemSchema, "5xx": problemSchema };

/** API policies of sessions: best effort, and nothing the contract knows of. */
export function addPolicyRoutes({ app, db, contents, parties, apiPolicies, config: { chainId } }: Deps): void {
  app.put(
    "/v1/sessions/:id/policy",
    {
      schema: {
        summary: "Tell the relayer the API policy that a session commits to",
        description:
          "Best effort, not on-chain. Signed by the session's key or its account's owner; proven by the session's salt, which is the policy's hash. Kept from then on, for ever.",
        params,
        body: policySchema,
        response: responses,
      },
    },
    async ({ params: { id }, body, principal }) => {
      requirePrincipal(principal);
      const content = await contents.get(id);
      const { nonce } = await parties.requireParty(principal, content);
      const policy = parse(body);
      apiPolicies.checkCommitment(content, policy);
      await db.transaction().execute(async (tx) => {
        await apiPolicies.put(tx, id, policy);
        await consumeRequestNonce(tx, chainId, nonce);
      });
      return toPolicyJson(apiPolicies.keep(id, policy).policy);
    },
  );

  app.get(
    "/v1/sessions/:id/policy",
    {
      schema: {
        summary: "The API policy of a session, if the relayer has been told one",
        description: "For the session's key and its account's owner.",
        params,
        response: responses,
      },
    },
    async ({ params: { id }, principal }) => {
      requirePrincipal(principal);
      await parties.requireParty(principal, await contents.get(id));
      const kept = await apiPolicies.find(id);
      if (kept !== undefined) return toPolicyJson(kept.policy);
      throw new ProblemError("not-found", `The relayer has not been told an API policy of the session ${id}`);
    },
  );
}

function parse(body: unknown): ApiPolicy {
  try {
    return parseApiPolicyJson(body);
  } catch (error) {
    if (error instanceof FieldInvalidError) throw new ProblemError("body-invalid", error.message, { cause: error });
    throw error;
  }
}

const toPolicyJson = (policy: ApiPolicy) => ({ ...policy, cidrs: [...policy.cidrs] });
