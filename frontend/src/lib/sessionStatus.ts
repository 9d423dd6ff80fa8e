import type { SessionStatus } from "@latchkey/sdk";

/** Whether the session can still come to be used: these can be revoked. */
export const isAlive = (status: SessionStatus): boolean =>
  status === "active" || status === "suspended" || status === "pending" || status === "paused";

type StatusWords = { label: string; tone: "good" | "warn" | "bad" | "muted"; meaning: string };

const words: Record<SessionStatus, StatusWords> = {
  none: { label: "Unknown", tone: "muted", meaning: "The chain knows no such key." },
  active: { label: "Active", tone: "good", meaning: "The key can be used now." },
  suspended: { label: "Suspended", tone: "warn", meaning: "The key is stopped until you resume it." },
  revoked: { label: "Revoked", tone: "bad", meaning: "The key is dead for ever." },
  pending: { label: "Not started", tone: "muted", meaning: "The key can't be used yet." },
  expired: { label: "Ended", tone: "muted", meaning: "The key's time is over." },
  paused: { label: "Paused", tone: "warn", meaning: "All keys of this account are paused." },
  superseded: { label: "Revoked", tone: "bad", meaning: "All keys of this account were revoked together." },
  exhausted: { label: "Used up", tone: "muted", meaning: "Every order of this key is used." },
};

export const toStatusWords = (status: SessionStatus): StatusWords => words[status];
