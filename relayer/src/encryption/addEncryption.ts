import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { App } from "../app.ts";
import { ProblemError } from "../problem.ts";
import { hexSchema, problemSchema } from "../routes/schemas.ts";
import { addStageHook } from "../observability/addStageHook.ts";
import type { Stages } from "../observability/createStages.ts";
import type { Decryption } from "./createDecryption.ts";

export const encryptedMediaType = "application/vnd.latchkey.hpke+json";

const encryptedSchema = z.strictObject({ keyId: z.string(), enc: hexSchema(32), ciphertext: hexSchema() });

/** Takes bodies encrypted for this relayer wherever it takes JSON, and says for which key to encrypt them. */
export function addEncryption({ app, decryption, stages }: { app: App; decryption: Decryption; stages: Stages }): void {
  async function decrypt(request: FastifyRequest): Promise<void> {
    if (decryption === undefined) {
      throw new ProblemError("feature-unsupported", "This relayer takes no encrypted bodies: it has no ENCRYPTION_KEY");
    }
    const parsed = encryptedSchema.safeParse(request.body);
    if (!parsed.success) throw new ProblemError("encryption-invalid", "The body is not { keyId, enc, ciphertext }");
    const path = request.url.split("?")[0] ?? "";
    const opened = await decryption.open(parsed.data, `${request.method} ${path}`);
    request.body = parseJson(opened);
  }

  addStageHook({ app, stages, stage: "decryption", isWanted: isEncrypted }, decrypt);

  app.get(
    "/v1/encryption-key",
    {
      schema: {
        summary: "The key for which bodies may be encrypted",
        description: `HPKE (RFC 9180) in base mode, with "<METHOD> <path>" as additional data; sent as ${encryptedMediaType}.`,
        response: {
          200: z.object({
            keyId: z.string(),
            publicKey: z.string(),
            kemId: z.literal(0x20),
            kdfId: z.literal(0x01),
            aeadId: z.literal(0x02),
            info: z.string(),
          }),
          "4xx": problemSchema,
        },
      },
    },
    () => {
      if (decryption === undefined) throw new ProblemError("not-found", "This relayer takes no encrypted bodies");
      return decryption.key;
    },
  );
}

function isEncrypted({ headers }: FastifyRequest): boolean {
  const mediaType = headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  return mediaType === encryptedMediaType;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new ProblemError("encryption-invalid", "What was encrypted is not JSON", { cause });
  }
}
