import type { Kysely } from "kysely";
import { z } from "zod";
import type { ContentStore } from "../admission/createContentStore.ts";
import type { App } from "../app.ts";
import { createCredential, credentialLifetimeMax, deriveSecret, toKeyId } from "../auth/credentials.ts";
import type { Parties } from "../auth/createParties.ts";
import { consumeRequestNonce } from "../auth/requestNonces.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import { hashSchema, problemSchema } from "./schemas.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  contents: ContentStore;
  parties: Parties;
  config: Pick<Config, "chainId" | "authSecret">;
};

/** Short-lived HMAC credentials, so that a bot need not sign every request with its session key. */
export function addCredentialRoutes({ app, db, contents, parties, config: { chainId, authSecret } }: Deps): void {
  app.post(
    "/v1/credentials",
    {
      schema: {
        summary: "Get a short-lived credential for a session",
        description:
          "For its key or its owner, by a signed request. Requests are then signed with hmac-sha256 of RFC 9421 under `keyId`. It dies when its session does.",
        body: z.strictObject({
          sessionId: hashSchema,
          lifetimeSeconds: z.int().min(1).max(credentialLifetimeMax).default(credentialLifetimeMax),
        }),
        response: {
          201: z.object({
            keyId: z.string(),
            secret: z.string().describe("32 bytes in base64"),
            algorithm: z.literal("hmac-sha256"),
            expiresAt: z.iso.datetime(),
          }),
          "4xx": problemSchema,
          "5xx": problemSchema,
        },
      },
    },
    async ({ principal, body: { sessionId, lifetimeSeconds } }, reply) => {
      if (authSecret === undefined) {
        throw new ProblemError("feature-unsupported", "This relayer gives no credentials: it has no AUTH_SECRET");
      }
      const party = await parties.requireParty(principal, await contents.get(sessionId));
      if (party.kind === "credential") {
        throw new ProblemError(
          "not-a-party",
          "A credential does not get another one: sign with the key or as the owner",
        );
      }
      const credential = createCredential(sessionId, Math.floor(Date.now() / 1000) + lifetimeSeconds);
      await consumeRequestNonce(db, chainId, party.nonce);
      return reply
        .code(201)
        .header("cache-control", "no-store")
        .send({
          keyId: toKeyId(credential),
          secret: deriveSecret(authSecret, credential).toString("base64"),
          algorithm: "hmac-sha256",
          expiresAt: new Date(credential.expiresAt * 1000).toISOString(),
        });
    },
  );
}
