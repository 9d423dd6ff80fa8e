import { hkdfSync, randomBytes } from "node:crypto";
import { hexToBytes, type Hex } from "viem";

/** The longest a credential lives, in seconds. */
export const credentialLifetimeMax = 900;

/** A short-lived HMAC credential of one session. Everything that makes its secret is in its key id, so nothing is stored. */
export type Credential = {
  id: string;
  sessionId: Hex;
  /** Seconds since the Unix epoch, exclusive. */
  expiresAt: number;
};

const keyIdPattern = /^hmac:([0-9a-f]{32}):(0x[0-9a-f]{64}):(\d{1,12})$/;

export function createCredential(sessionId: Hex, expiresAt: number): Credential {
  return { id: randomBytes(16).toString("hex"), sessionId, expiresAt };
}

export function toKeyId({ id, sessionId, expiresAt }: Credential): string {
  return `hmac:${id}:${sessionId}:${expiresAt}`;
}

/** Nothing if the key id is of another form. */
export function parseCredential(keyId: string): Credential | undefined {
  const [, id, sessionId, expiresAt] = keyIdPattern.exec(keyId) ?? [];
  if (id === undefined || sessionId === undefined || expiresAt === undefined) return undefined;
  return { id, sessionId: sessionId as Hex, expiresAt: Number(expiresAt) };
}

/** 32 bytes by HKDF-SHA256 (RFC 5869) of the operator's secret, so every instance that has it knows them. */
export function deriveSecret(authSecret: Hex, { id, sessionId, expiresAt }: Credential): Buffer {
  const info = `latchkey relayer credential v1|${sessionId}|${expiresAt}`;
  return Buffer.from(hkdfSync("sha256", hexToBytes(authSecret), Buffer.from(id, "hex"), info, 32));
}
