import { createHmac, hkdfSync } from "node:crypto";
import { hexToBytes, type Hex } from "viem";

/** 32 bytes by HKDF-SHA256 of the operator's secret, so that no receiver's secret is stored. */
export function deriveWebhookSecret(authSecret: Hex, webhookId: string): Buffer {
  return Buffer.from(hkdfSync("sha256", hexToBytes(authSecret), webhookId, "latchkey relayer webhook v1", 32));
}

/** The headers of a delivery as of the Standard Webhooks specification: id, time in seconds, HMAC-SHA256 over both and the body. */
export function signWebhook(
  secret: Buffer,
  { messageId, body, nowMs }: { messageId: string; body: string; nowMs: number },
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac("sha256", secret).update(`${messageId}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": messageId,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}
