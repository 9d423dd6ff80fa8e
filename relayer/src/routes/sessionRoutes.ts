import type { Kysely } from "kysely";
import type { Hex } from "viem";
import { z } from "zod";
import { checkSessionContent, type ContentStore } from "../admission/createContentStore.ts";
import type { App } from "../app.ts";
import { requirePrincipal, type Parties } from "../auth/createParties.ts";
import type { Principal } from "../auth/principal.ts";
import { consumeRequestNonce } from "../auth/requestNonces.ts";
import type { SessionReader } from "../chain/createSessionReader.ts";
import { listStanding } from "../db/entryRows.ts";
import { listLiveOrders } from "../db/orderRows.ts";
import type { Database } from "../db/schema.ts";
import { toEvent } from "../events/toEvent.ts";
import type { Access } from "../limits/createAccess.ts";
import type { Config } from "../config.ts";
import {
  addressSchema,
  eventSchema,
  hashSchema,
  problemSchema,
  sessionContentSchema,
  sessionStateSchema,
} from "./schemas.ts";
import { toSessionState } from "./toJson.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  contents: ContentStore;
  sessionReader: SessionReader;
  access: Access;
  parties: Parties;
  config: Pick<Config, "chainId">;
};

export function addSessionRoutes({ app, db, contents, sessionReader, access, parties, config }: Deps): void {
  const { chainId } = config;

  /** Orders in flight are not on chain, so only the session's parties are told of them. */
  async function getState(sessionId: Hex, principal: Principal | undefined) {
    const content = await contents.get(sessionId);
    const state = await sessionReader.getState(content);
    const isParty = await parties.isParty(principal, content);
    const afterBlock = state.block.number;
    const holding = isParty ? await listLiveOrders(db, { chainId, sessionId, afterBlock }) : undefined;
    return toSessionState(content, state, holding);
  }

  app.get(
    "/v1/sessions/:id",
    {
      schema: {
        summary: "What a session says and where it stands",
        description:
          "What is in flight, `reserved` and the nonces it has, is told only to the session's key and its account's owner.",
        params: z.object({ id: hashSchema }),
        response: { 200: sessionStateSchema, "4xx": problemSchema, "5xx": problemSchema },
      },
    },
    ({ params: { id }, principal }) => getState(id, principal),
  );

  app.put(
    "/v1/sessions/:id",
    {
      schema: {
        summary: "Tell the relayer what a session says",
        description:
          "For a relayer that missed the grant, signed by the session's key or its account's owner. The content is proven by the id it hashes to.",
        params: z.object({ id: hashSchema }),
        body: sessionContentSchema,
        response: { 200: sessionStateSchema, "4xx": problemSchema, "5xx": problemSchema },
      },
    },
    async ({ params: { id }, body, principal }) => {
      requirePrincipal(principal);
      checkSessionContent(id, body);
      const { nonce } = await parties.requireParty(principal, { sessionId: id, session: body.session });
      await access.check(body.session.account);
      await db.transaction().execute(async (tx) => {
        await contents.put(id, body, tx);
        await consumeRequestNonce(tx, chainId, nonce);
      });
      return getState(id, principal);
    },
  );

  app.get(
    "/v1/accounts/:address/sessions",
    {
      schema: {
        summary: "The sessions of an account, newest first",
        params: z.object({ address: addressSchema }),
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(200).default(100) }),
        response: {
          200: z.object({ sessions: z.array(sessionStateSchema) }),
          "4xx": problemSchema,
          "5xx": problemSchema,
        },
      },
    },
    async ({ params: { address }, query: { limit }, principal }) => {
      const ids = await contents.listOfAccount(address, limit);
      return { sessions: await Promise.all(ids.map((id) => getState(id, principal))) };
    },
  );

  app.get(
    "/v1/accounts/:address/events",
    {
      schema: {
        summary: "What happened to an account and its sessions on chain, newest first",
        params: z.object({ address: addressSchema }),
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(500).default(100) }),
        response: { 200: z.object({ events: z.array(eventSchema) }), "4xx": problemSchema },
      },
    },
    async ({ params: { address }, query: { limit } }) => {
      const entries = await listStanding(db, chainId, address, limit);
      return { events: entries.map(toEvent) };
    },
  );
}
