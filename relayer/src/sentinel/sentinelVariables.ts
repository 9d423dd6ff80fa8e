import { z } from "zod";
import { about } from "../aboutVariable.ts";
import { privateKeys, signerUris, whole } from "../configFields.ts";
import { rungs } from "./rungs.ts";

const group = "Sentinel (best effort: it can only reduce what a key does)";

/** Variables of what it may do, and of when, for `configSchema`. */
export const sentinelVariables = {
  SENTINEL: z
    .enum(rungs, { error: "is none of off, note, hold, suspend and revoke" })
    .default("hold")
    .meta(
      about(
        group,
        "The most it may do about a key that behaves unlike itself: note it, hold its orders, suspend or revoke its session on chain (if the session names the key below), each with what comes before; off: nothing",
      ),
    ),
  SENTINEL_PRIVATE_KEY: privateKeys()
    .refine((keys) => keys.length <= 1, { error: "names more than one key" })
    .default([])
    .meta(about(group, "The key that sessions name as their sentinel; it signs leases too. No hot wallet's", "")),
  SENTINEL_SIGNER: signerUris()
    .refine((entries) => entries.length <= 1, { error: "names more than one key" })
    .default([])
    .meta(
      about(
        group,
        "The same key kept elsewhere, in the form of HOT_WALLETS",
        "keystore:/etc/latchkey/sentinel.json?password-file=/etc/latchkey/sentinel-password#0x…",
      ),
    ),
  SENTINEL_NOTE_SCORE: whole(1, 100)
    .default(6)
    .meta(about(group, "Scores are nats of surprise, at most 6 for each of pace, size, recipient and source")),
  SENTINEL_HOLD_SCORE: whole(1, 100).default(10).meta(about(group, "From which on an order is held")),
  SENTINEL_SUSPEND_SCORE: whole(1, 100).default(16).meta(about(group, "From which on its session is suspended")),
  SENTINEL_REVOKE_SCORE: whole(1, 100).default(22).meta(about(group, "From which on its session is revoked")),
  SENTINEL_WARM_UP_ORDERS: whole(1, 10_000)
    .default(20)
    .meta(about(group, "Orders of a key that are only learned from, before any is scored")),
  SENTINEL_REFUSALS_MAX: whole(1, 10_000)
    .default(30)
    .meta(
      about(
        group,
        "Validly signed orders outside of what the session allows, in about ten minutes, after which it is held; twice as many suspend, four times as many revoke",
      ),
    ),
  SENTINEL_HOLD_SECONDS: whole(1, 31_536_000)
    .default(3_600)
    .meta(about(group, "After which a hold ends that nobody has released")),
};
