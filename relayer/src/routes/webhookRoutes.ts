import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { isAddressEqual, type Address } from "viem";
import { z } from "zod";
import type { ContentStore } from "../admission/createContentStore.ts";
import type { App } from "../app.ts";
import { requirePrincipal, type Parties } from "../auth/createParties.ts";
import type { Principal } from "../auth/principal.ts";
import { consumeRequestNonce } from "../auth/requestNonces.ts";
import type { Config } from "../config.ts";
import { getLastNumber } from "../db/entryRows.ts";
import type { Database } from "../db/schema.ts";
import { deleteWebhook, getWebhook, insertWebhook, listWebhooks, type WebhookRow } from "../db/webhookRows.ts";
import { ProblemError } from "../problem.ts";
import { DestinationRefusedError, type Destinations } from "../webhooks/createDestinations.ts";
import { deriveWebhookSecret } from "../webhooks/webhookSecret.ts";
import { addressSchema, hashSchema, problemSchema } from "./schemas.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  contents: ContentStore;
  parties: Parties;
  destinations: Destinations;
  config: Pick<Config, "chainId" | "authSecret">;
};

const webhooksPerAccountMax = 20;

const webhookSchema = z.object({
  id: z.string(),
  account: z.string(),
  sessionId: z.string().optional(),
  url: z.string(),
  isActive: z.boolean(),
  failures: z.int().describe("Deliveries that failed since the last that did not"),
  lastStatus: z.string().optional(),
  createdAt: z.iso.datetime(),
});
const refusals = { "4xx": problemSchema, "5xx": problemSchema };

/** Where the events of an account or a session are sent to, as they happen. */
export function addWebhookRoutes({ app, db, contents, parties, destinations, config }: Deps): void {
  const { chainId, authSecret } = config;

  /** Throws unless the request comes from the session's parties, or for a whole account from its owner. */
  async function requireRight(
    principal: Principal | undefined,
    { account, sessionId }: { account: Address; sessionId: `0x${string}` | undefined },
  ): Promise<Principal> {
    const known = requirePrincipal(principal);
    if (sessionId !== undefined) {
      const content = await contents.get(sessionId);
      if (isAddressEqual(content.session.account, account)) return parties.requireParty(known, content);
      throw new ProblemError("body-invalid", `The session ${sessionId} is of the account ${content.session.account}`);
    }
    if (await parties.isOwner(known, account)) return known;
    throw new ProblemError("not-a-party", `The request is not signed by the owner of ${account}`);
  }

  app.post(
    "/v1/webhooks",
    {
      schema: {
        summary: "Have events sent to a URL",
        description:
          "For a session's key or owner, or for a whole account its owner: the events of `GET /v1/events`, with what becomes of orders. Messages are signed with `secret` as of the Standard Webhooks specification and sent at least once; `webhook-id` is the same for the same event.",
        body: z.strictObject({ url: z.url().max(2_000), account: addressSchema, sessionId: hashSchema.optional() }),
        response: {
          201: webhookSchema.extend({ secret: z.string().describe("`whsec_` and base64; told only now") }),
          ...refusals,
        },
      },
    },
    async ({ principal, body: { url, account, sessionId } }, reply) => {
      if (authSecret === undefined) {
        throw new ProblemError("feature-unsupported", "This relayer sends no webhooks: it has no AUTH_SECRET");
      }
      const { nonce } = await requireRight(principal, { account, sessionId });
      checkDestination(url);
      const row: WebhookRow = {
        chain_id: chainId,
        id: randomUUID(),
        account,
        session_id: sessionId ?? null,
        url,
        is_active: true,
        number: await getLastNumber(db, chainId),
        failures: 0,
        last_status: null,
        created_at: Date.now(),
      };
      await db.transaction().execute(async (tx) => {
        if ((await listWebhooks(tx, chainId, account)).length >= webhooksPerAccountMax) {
          throw new ProblemError(
            "webhooks-exhausted",
            `The account has ${webhooksPerAccountMax} webhooks: delete one first`,
          );
        }
        await insertWebhook(tx, row);
        await consumeRequestNonce(tx, chainId, nonce);
      });
      const secret = deriveWebhookSecret(authSecret, row.id).toString("base64");
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({ ...toWebhook(row), secret: `whsec_${secret}` });
    },
  );

  function checkDestination(url: string): void {
    try {
      destinations.checkUrl(url);
    } catch (error) {
      if (error instanceof DestinationRefusedError) throw new ProblemError("webhook-refused", error.message);
      throw error;
    }
  }

  app.get(
    "/v1/webhooks",
    {
      schema: {
        summary: "The webhooks of an account, or of one of its sessions",
        querystring: z.object({ account: addressSchema, sessionId: hashSchema.optional() }),
        response: { 200: z.object({ webhooks: z.array(webhookSchema) }), ...refusals },
      },
    },
    async ({ principal, query: { account, sessionId } }) => {
      await requireRight(principal, { account, sessionId });
      const rows = await listWebhooks(db, chainId, account);
      const own = sessionId === undefined ? rows : rows.filter((row) => row.session_id === sessionId);
      return { webhooks: own.map(toWebhook) };
    },
  );

  app.delete(
    "/v1/webhooks/:id",
    {
      schema: {
        summary: "Have no more events sent",
        params: z.object({ id: z.uuid() }),
        response: { 204: z.void(), ...refusals },
      },
    },
    async ({ principal, params: { id } }, reply) => {
      requirePrincipal(principal);
      const row = await getWebhook(db, chainId, id);
      if (row === undefined) throw new ProblemError("not-found", `There is no webhook ${id}`);
      const { nonce } = await requireRight(principal, {
        account: addressSchema.parse(row.account),
        sessionId: row.session_id === null ? undefined : hashSchema.parse(row.session_id),
      });
      await db.transaction().execute(async (tx) => {
        await deleteWebhook(tx, chainId, id);
        await consumeRequestNonce(tx, chainId, nonce);
      });
      return reply.code(204).send();
    },
  );
}

function toWebhook(row: WebhookRow): z.input<typeof webhookSchema> {
  return {
    id: row.id,
    account: row.account,
    ...(row.session_id !== null && { sessionId: row.session_id }),
    url: row.url,
    isActive: row.is_active,
    failures: row.failures,
    ...(row.last_status !== null && { lastStatus: row.last_status }),
    createdAt: new Date(row.created_at).toISOString(),
  };
}
