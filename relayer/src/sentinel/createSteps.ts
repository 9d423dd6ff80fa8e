import type { SignedOrder } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import type { Hex } from "viem";
import type { SessionContent } from "../admission/createContentStore.ts";
import type { Config } from "../config.ts";
import { createBoundedMap } from "../createBoundedMap.ts";
import { deleteHold, insertEvidence, setHold, type Evidence } from "../db/sentinelRows.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../observability/createMetrics.ts";
import type { Enforcement } from "./createEnforcement.ts";
import type { Holds } from "./createHolds.ts";
import { isAtLeast, type SentinelRule } from "./ladder.ts";
import type { Step } from "./rungs.ts";
import { toEvidence, type Subject } from "./toEvidence.ts";

type Deps = {
  db: Kysely<Database>;
  holds: Holds;
  enforcement: Enforcement;
  log: Log;
  metrics: Pick<Metrics, "sentinelActions">;
  config: Pick<Config, "chainId" | "sentinel">;
};

const sessionsRemembered = 50_000;
const notesWaitingMax = 1_000;
/** Between two notes about one session, in milliseconds. */
const notePauseMs = 60_000;

/** The steps of the ladder, each stored with its evidence before anyone feels it. */
export function createSteps({ db, holds, enforcement, log, metrics, config }: Deps) {
  const {
    chainId,
    sentinel: { holdMs },
  } = config;
  /** The highest rung that is stored of each session's present trouble. */
  const reached = createBoundedMap<Hex, Step>(sessionsRemembered);
  const climbing = new Map<Hex, Promise<void>>();
  const notedAt = createBoundedMap<Hex, number>(sessionsRemembered);
  const notes: Evidence[] = [];

  return {
    /** Stores a step up, unless it has been taken. One at a time a session, or one trouble would be told many times. */
    async climb(subject: Subject, rung: Step, rule: SentinelRule): Promise<void> {
      const { content } = subject;
      const { sessionId } = content;
      for (let other = climbing.get(sessionId); other !== undefined; other = climbing.get(sessionId)) {
        // Whether it failed is told to whoever took it.
        await other.catch(() => undefined);
      }
      const isHeld = holds.find(sessionId, Date.now()) !== undefined;
      if (isHeld && isAtLeast(reached.get(sessionId) ?? "hold", rung)) return;
      const step = db
        .transaction()
        .execute(async (tx) => {
          const evidenceId = await insertEvidence(tx, chainId, toEvidence(subject, rung, rule));
          await setHold(tx, chainId, { sessionId, evidenceId, holdMs });
          if (rung === "suspend" || rung === "revoke") await enforcement.end(tx, content, rung);
        })
        .then(() => {
          holds.set(sessionId, Date.now() + holdMs);
          reached.set(sessionId, rung);
          metrics.sentinelActions.inc({ action: rung });
          log.warn({ sessionId, rung, rule, score: subject.score.total }, "The sentinel holds a session");
        })
        .finally(() => climbing.delete(sessionId));
      climbing.set(sessionId, step);
      await step;
    },

    /** Seldom, and written behind: a note holds up nobody. */
    note(subject: Subject, rule: SentinelRule, now: number): void {
      const { sessionId } = subject.content;
      if (now - (notedAt.get(sessionId) ?? -Infinity) < notePauseMs) return;
      if (notes.length >= notesWaitingMax) return;
      notedAt.set(sessionId, now);
      notes.push(toEvidence(subject, "note", rule));
      metrics.sentinelActions.inc({ action: "note" });
    },

    /** Stores that an order of the key has been shown to the manager. */
    async reportMisuse(subject: Subject, signed: SignedOrder, rule: string): Promise<void> {
      await db.transaction().execute(async (tx) => {
        if (!(await enforcement.reportMisuse(tx, subject.content, signed))) return;
        await insertEvidence(tx, chainId, toEvidence(subject, "report-misuse", rule));
        metrics.sentinelActions.inc({ action: "report-misuse" });
      });
    },

    /** Ends a hold, and begins the key's history anew. Returns whether there was one. */
    async release(content: SessionContent, finish: (tx: Kysely<Database>) => Promise<void>): Promise<boolean> {
      const { sessionId, session } = content;
      return db.transaction().execute(async (tx) => {
        if (!(await deleteHold(tx, chainId, sessionId))) return false;
        await insertEvidence(tx, chainId, {
          session_id: sessionId,
          account: session.account,
          order_hash: null,
          action: "release",
          rule: "released-by-owner",
          score: 0,
          features: "{}",
        });
        await finish(tx);
        return true;
      });
    },

    /** Forgets what has been done about the session. */
    forget(sessionId: Hex): void {
      holds.forget(sessionId);
      reached.delete(sessionId);
      notedAt.delete(sessionId);
    },

    async saveNotes(): Promise<void> {
      while (notes.length > 0) {
        const [first] = notes;
        if (first !== undefined) await db.transaction().execute((tx) => insertEvidence(tx, chainId, first));
        notes.shift();
      }
    },
  };
}
