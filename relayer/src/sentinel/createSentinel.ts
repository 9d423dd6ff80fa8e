import type { Order, SignedOrder } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import type { Hex } from "viem";
import type { SessionContent } from "../admission/createContentStore.ts";
import type { Reservations } from "../admission/reservations.ts";
import type { HeadChange, Indexer } from "../chain/createIndexer.ts";
import type { Config } from "../config.ts";
import { createRecentSet } from "../createRecentSet.ts";
import { deleteHold, deleteOldSentinelRows } from "../db/sentinelRows.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../observability/createMetrics.ts";
import type { ProblemCode, ProblemError } from "../problem.ts";
import { addToCount } from "./average.ts";
import type { Enforcement } from "./createEnforcement.ts";
import { createHistories } from "./createHistories.ts";
import { createHolds } from "./createHolds.ts";
import { createSteps } from "./createSteps.ts";
import { learnOrder, troubleLifeMs, type History } from "./history.ts";
import { toAllowed, toDecision, type Decision } from "./ladder.ts";
import { observeOrder } from "./observeOrder.ts";
import { isStep } from "./rungs.ts";
import { nothingUnusual, scoreOrder } from "./scoreOrder.ts";
import { toHeld } from "./toHeld.ts";

export type Sentinel = ReturnType<typeof createSentinel>;

/** An order that its key validly signed, and that its session admits. */
export type JudgedOrder = {
  content: SessionContent;
  order: Order;
  orderHash: Hex;
  /** What it declares of each limit. */
  declared: Reservations;
  /** The client's address. */
  source: string | undefined;
  /** Whether it carries an approval, which the contract checks in the simulation. */
  isApproved: boolean;
  /** Whether it is only asked about: then nothing comes of it. */
  isAsking: boolean;
};

type Deps = {
  db: Kysely<Database>;
  indexer: Pick<Indexer, "subscribe">;
  enforcement: Enforcement;
  log: Log;
  metrics: Pick<Metrics, "sentinelActions">;
  config: Pick<Config, "chainId" | "sentinel">;
};

/** Refusals that say that the key signed what its session does not allow. */
const outsideCodes: readonly ProblemCode[] = [
  "scope-not-granted",
  "rule-broken",
  "call-invalid",
  "value-too-high",
  "nonce-too-high",
  "policy-rejected",
];
/** Refusals of orders that would fail. Not those for a lease or an approval, which strangers can take away or add. */
const failureCodes: readonly ProblemCode[] = ["budget-exceeded", "simulation-failed"];

const ordersRemembered = 50_000;
/** Of what other instances hold, and of what is written behind, in milliseconds. */
const refreshPauseMs = 1_000;
const savePauseMs = 5_000;
const cleanPauseMs = 3_600_000;
/**
 * Scores what session keys do against their own history, and climbs the ladder: note, hold, suspend, revoke. Best effort: it
 * can only reduce what a key does through this relayer, the contract decides about everything. Only orders that a key validly
 * signed and that were not seen before count as the key's; replays, and whatever else strangers send, do not.
 */
export function createSentinel({ db, indexer, enforcement, log, metrics, config }: Deps) {
  const { chainId, sentinel: settings } = config;
  const histories = createHistories({ db, config });
  const holds = createHolds({ db, config });
  const steps = createSteps({ db, holds, enforcement, log, metrics, config });
  const judged = createRecentSet<Hex>(ordersRemembered);
  const refused = createRecentSet<Hex>(ordersRemembered);
  let savedAt = performance.now();
  let cleanedAt = -Infinity;

  function judge(input: JudgedOrder, history: History): void | Promise<void> {
    const { content, order, orderHash, declared, source, isApproved, isAsking } = input;
    const { sessionId, session } = content;
    const now = Date.now();
    const observation = observeOrder(order, session, declared, source);
    const score = scoreOrder(history, observation, { now, warmUpOrders: settings.warmUpOrders });
    const isFresh = !isAsking && judged.add(orderHash);
    const endsAt = holds.find(sessionId, now);
    if (endsAt !== undefined && isFresh && !isApproved && score.total >= settings.holdScore) {
      history.held = addToCount(history.held, now, troubleLifeMs);
      histories.touch(sessionId, history);
    }
    const { rung, rule } = decide(content, score.total, history, now);
    if (isStep(rung) && !isApproved) {
      if (isAsking) throw toHeld(sessionId, settings.holdMs, rule);
      const subject = { content, orderHash, history, score };
      return steps.climb(subject, rung, rule).then(() => {
        throw toHeld(sessionId, settings.holdMs, rule);
      });
    }
    if (endsAt !== undefined && !isApproved) throw toHeld(sessionId, endsAt - now, "held");
    // An approval is looked at in the simulation only: what it lets pass must not pass for usual because of it.
    if (!isFresh || isApproved) return;
    if (rung !== "off") steps.note({ content, orderHash, history, score }, rule, now);
    learnOrder(history, observation, now);
    histories.touch(sessionId, history);
  }

  /** As far as the operator and the session let it. */
  function decide({ session }: SessionContent, total: number, history: History, now: number): Decision {
    const { rung, rule } = toDecision(total, history, now, settings);
    return { rung: toAllowed(rung, { level: settings.level, ...enforcement.getPowers(session) }), rule };
  }

  async function countRefusal(content: SessionContent, signed: SignedOrder, orderHash: Hex, problem: ProblemError) {
    const { sessionId, session } = content;
    // A lease or an approval that is not due makes another encoding, but not another order.
    const isOutside = outsideCodes.includes(problem.code) && problem.rule?.name !== "EncodingInvalid";
    if (!isOutside && !failureCodes.includes(problem.code)) return;
    if (!refused.add(orderHash)) return;
    const history = histories.find(sessionId) ?? (await histories.load(sessionId));
    const now = Date.now();
    if (isOutside) history.refusals = addToCount(history.refusals, now, troubleLifeMs);
    else history.failures = addToCount(history.failures, now, troubleLifeMs);
    histories.touch(sessionId, history);
    const subject = { content, orderHash, history, score: nothingUnusual };
    const { rung, rule } = decide(content, 0, history, now);
    if (isStep(rung)) await steps.climb(subject, rung, rule);
    if (!isOutside || !session.revokeOnMisuse || settings.level !== "revoke") return;
    await steps.reportMisuse(subject, signed, problem.rule?.name ?? problem.code);
  }

  function forget(sessionId: Hex): void {
    steps.forget(sessionId);
    histories.reset(sessionId);
  }

  function follow(change: HeadChange): void {
    if (change.kind !== "block") return;
    for (const { name, sessionId } of change.events) {
      if (sessionId === undefined) continue;
      const history = histories.find(sessionId);
      if (name === "OrderFailed" && history !== undefined) {
        history.failures = addToCount(history.failures, Date.now(), troubleLifeMs);
        histories.touch(sessionId, history);
      }
      // The owner has looked, and lets it run again.
      if (name === "SessionResumed") {
        forget(sessionId);
        deleteHold(db, chainId, sessionId).catch((error: unknown) =>
          log.warn({ err: error, sessionId }, "The hold of a session that was resumed could not be ended"),
        );
      }
    }
  }
  if (settings.level !== "off") indexer.subscribe(follow);

  return {
    /** Throws `anomaly-held` if the order is held, or its session is. Learns from it otherwise. */
    judge(input: JudgedOrder): void | Promise<void> {
      if (settings.level === "off") return;
      const { sessionId } = input.content;
      const history = histories.find(sessionId);
      if (history !== undefined) return judge(input, history);
      return histories.load(sessionId).then((loaded) => judge(input, loaded));
    },

    /** Counts an order that its key validly signed and that was refused nevertheless. Fails into the log only. */
    async noteRefusal(
      content: SessionContent,
      signed: SignedOrder,
      orderHash: Hex,
      problem: ProblemError,
    ): Promise<void> {
      if (settings.level === "off") return;
      await countRefusal(content, signed, orderHash, problem).catch((error: unknown) =>
        log.error({ err: error, orderHash }, "A refused order was not counted"),
      );
    },

    /** Whether nothing is held against the session, so that its lease may go on. */
    isHealthy: (sessionId: Hex): boolean => holds.find(sessionId, Date.now()) === undefined,

    /** Ends a hold, and begins the key's history anew. Returns whether there was one. */
    async release(content: SessionContent, finish: (tx: Kysely<Database>) => Promise<void>): Promise<boolean> {
      const isReleased = await steps.release(content, finish);
      if (isReleased) forget(content.sessionId);
      return isReleased;
    },

    /** Learns of what other instances have held and released. Returns how long to wait until the next time. */
    async refresh(): Promise<number> {
      if (settings.level === "off") return refreshPauseMs;
      for (const sessionId of await holds.refresh()) forget(sessionId as Hex);
      if (performance.now() - savedAt >= savePauseMs) await save();
      if (performance.now() >= cleanedAt + cleanPauseMs) {
        await deleteOldSentinelRows(db, chainId);
        cleanedAt = performance.now();
      }
      return refreshPauseMs;
    },
    save,
  };

  /** Writes what waits to be written: histories and notes. */
  async function save(): Promise<void> {
    savedAt = performance.now();
    await steps.saveNotes();
    await histories.save();
  }
}
