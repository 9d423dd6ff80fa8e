import type { Kysely } from "kysely";
import { z } from "zod";
import type { ContentStore } from "../admission/createContentStore.ts";
import type { App } from "../app.ts";
import { requirePrincipal, type Parties } from "../auth/createParties.ts";
import { consumeRequestNonce } from "../auth/requestNonces.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import { listEvidence, type EvidenceRow } from "../db/sentinelRows.ts";
import type { ApiPolicies } from "../limits/createApiPolicies.ts";
import { ProblemError } from "../problem.ts";
import type { LeaseIssuer } from "../sentinel/createLeaseIssuer.ts";
import type { Sentinel } from "../sentinel/createSentinel.ts";
import { hashSchema, problemSchema } from "./schemas.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  contents: ContentStore;
  parties: Parties;
  apiPolicies: Pick<ApiPolicies, "check">;
  sentinel: Pick<Sentinel, "release">;
  leaseIssuer: LeaseIssuer;
  config: Pick<Config, "chainId">;
};

const evidenceSchema = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  action: z.enum(["note", "hold", "suspend", "revoke", "report-misuse", "release"]),
  rule: z.string(),
  score: z.number().describe("In nats of surprise"),
  features: z.record(z.string(), z.number()).describe("What the score is the sum of, and counts of the last minutes"),
  orderHash: z.string().optional(),
});
const refusals = { "4xx": problemSchema, "5xx": problemSchema };
const params = z.object({ id: hashSchema });
const featuresSchema = z.record(z.string(), z.number());

/** What the sentinel has done about a session, and the owner's answer to it. Best effort, all of it. */
export function addSentinelRoutes(deps: Deps): void {
  const {
    app,
    db,
    contents,
    parties,
    apiPolicies,
    sentinel,
    leaseIssuer,
    config: { chainId },
  } = deps;

  app.get(
    "/v1/sessions/:id/evidence",
    {
      schema: {
        summary: "What the sentinel did about a session, and why, newest first",
        description: "Best effort, not on-chain. For the session's key and its account's owner.",
        params,
        querystring: z.object({
          before: z.coerce.number().int().min(1).optional().describe("Only what has a lower id"),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: z.object({ evidence: z.array(evidenceSchema) }), ...refusals },
      },
    },
    async ({ params: { id }, query: { before, limit }, principal }) => {
      requirePrincipal(principal);
      await parties.requireParty(principal, await contents.get(id));
      const rows = await listEvidence(db, { chainId, sessionId: id, limit, ...(before !== undefined && { before }) });
      return { evidence: rows.map(toEvidenceJson) };
    },
  );

  app.post(
    "/v1/sessions/:id/lease",
    {
      schema: {
        summary: "Get the sentinel's word that a session is healthy",
        description:
          "For the session's key, of a session that names this relayer's sentinel and has a `leaseTtl`. Every order of it carries a lease; the contract checks it.",
        params,
        response: {
          200: z.object({
            lease: z.string().describe("As an order carries it"),
            issuedAt: z.int().describe("Seconds since the Unix epoch, inclusive"),
            expiresAt: z.int().describe("Exclusive"),
          }),
          ...refusals,
        },
      },
    },
    async ({ params: { id }, principal, ip }, reply) => {
      const known = requirePrincipal(principal);
      const content = await contents.get(id);
      if (!parties.isKey(known, content)) {
        throw new ProblemError("not-a-party", `The request is not signed by the key of the session ${id}`);
      }
      await apiPolicies.check(content, { principal, source: ip });
      const issued = await leaseIssuer.issue(content);
      await consumeRequestNonce(db, chainId, known.nonce);
      return reply.header("cache-control", "no-store").send(issued);
    },
  );

  app.post(
    "/v1/sessions/:id/release",
    {
      schema: {
        summary: "Let a session's orders run again that the sentinel holds",
        description:
          "Signed by the account's owner. What the key did so far counts for nothing any more: it is learned anew. A session that is suspended on chain is resumed there.",
        params,
        response: { 200: z.object({ released: z.boolean().describe("Whether it was held") }), ...refusals },
      },
    },
    async ({ params: { id }, principal }) => {
      const known = requirePrincipal(principal);
      const content = await contents.get(id);
      const { account } = content.session;
      if (!(await parties.isOwner(known, account))) {
        throw new ProblemError("not-a-party", `The request is not signed by the owner of ${account}`);
      }
      const finish = (tx: Kysely<Database>): Promise<void> => consumeRequestNonce(tx, chainId, known.nonce);
      return { released: await sentinel.release(content, finish) };
    },
  );
}

function toEvidenceJson(row: EvidenceRow): z.input<typeof evidenceSchema> {
  return {
    id: row.id,
    at: new Date(row.at).toISOString(),
    action: row.action,
    rule: row.rule,
    score: row.score,
    features: featuresSchema.parse(JSON.parse(row.features)),
    ...(row.order_hash !== null && { orderHash: row.order_hash }),
  };
}
