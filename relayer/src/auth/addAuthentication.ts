import type { FastifyRequest } from "fastify";
import type { Kysely } from "kysely";
import type { App } from "../app.ts";
import type { Config } from "../config.ts";
import type { Database } from "../db/schema.ts";
import { addStageHook } from "../observability/addStageHook.ts";
import type { Stages } from "../observability/createStages.ts";
import type { Authenticator } from "./createAuthenticator.ts";
import type { Principal } from "./principal.ts";
import { consumeRequestNonce } from "./requestNonces.ts";
import { toSignedRequest, type SignedRequest } from "./signedRequest.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The body as it came. */
    rawBody: Buffer | undefined;
    /** Who signed the request, if anyone did. */
    principal: Principal | undefined;
  }
}

type Deps = {
  app: App;
  db: Kysely<Database>;
  authenticator: Authenticator;
  stages: Stages;
  config: Pick<Config, "chainId" | "publicUrl">;
};

/**
 * Finds out who signed a request, before its body is understood. A signature that does not hold is refused even where none
 * is needed. What a request changes uses its nonce up in the end; one that only reads uses it at once.
 */
export function addAuthentication({ app, db, authenticator, stages, config }: Deps): void {
  app.decorateRequest("principal", undefined);

  async function authenticate(request: FastifyRequest, signed: SignedRequest): Promise<void> {
    const principal = await authenticator.authenticate(signed);
    const isReading = request.method === "GET" || request.method === "HEAD";
    if (isReading) await consumeRequestNonce(db, config.chainId, principal.nonce);
    request.principal = principal;
  }

  addStageHook({ app, stages, stage: "authentication" }, (request) => {
    const signed = toSignedRequest(request, config.publicUrl);
    return signed && authenticate(request, signed);
  });
}
