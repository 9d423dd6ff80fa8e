import type { Kysely } from "kysely";
import { PassThrough } from "node:stream";
import { z } from "zod";
import type { App } from "../app.ts";
import type { Indexer } from "../chain/createIndexer.ts";
import { requireHead } from "../chain/createSessionReader.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import { addressSchema, hashSchema } from "./schemas.ts";
import { toChainEvent, toEventId } from "./toJson.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  indexer: Indexer;
  /** Aborts when the relayer stops, so that streams end. */
  stopping: AbortSignal;
  config: { chainId: number };
};

type Cursor = { block: number; logIndex: number };
type Filter = { account?: string | undefined; sessionId?: string | undefined };

const heartbeatMs = 15_000;
const pageSize = 200;
const streamsMax = 1_000;
/** After every log of a block. */
const afterLogs = 2_147_483_647;

/** Server-sent events of what is on chain, resumed by `Last-Event-ID`. */
export function addEventRoutes({ app, db, indexer, stopping, config }: Deps): void {
  let streams = 0;

  app.get(
    "/v1/events",
    {
      schema: {
        summary: "What happens on chain, as server-sent events",
        description:
          "Ids are `<block>-<logIndex>`; `Last-Event-ID` resumes after one. `ChainReorganised` says that events after its block are undone.",
        querystring: z.object({ account: addressSchema.optional(), sessionId: hashSchema.optional() }),
      },
    },
    async (request, reply) => {
      if (streams >= streamsMax) {
        throw new ProblemError("rate-limited", "Too many streams are open", { retryAfterSeconds: 10 });
      }
      const lastId = request.headers["last-event-id"];
      const start =
        lastId === undefined ? { block: requireHead(indexer).number, logIndex: afterLogs } : parseId(lastId);
      const stream = new PassThrough();
      streams += 1;
      request.raw.once("close", () => stream.destroy());
      stream.once("close", () => {
        streams -= 1;
      });
      void follow({ stream, start, filter: request.query }).catch((error: unknown) => {
        request.log.warn({ err: error }, "A stream of events ended early");
        stream.destroy();
      });
      return reply
        .header("content-type", "text/event-stream; charset=utf-8")
        .header("cache-control", "no-store")
        .header("x-accel-buffering", "no")
        .send(stream);
    },
  );

  async function follow({ stream, start, filter }: { stream: PassThrough; start: Cursor; filter: Filter }) {
    let cursor = start;
    let forkedAt: number | undefined;
    // What comes while the table is read must not wait for the next block.
    let isBehind = false;
    let wake: () => void = () => undefined;
    const stop = (): void => {
      stream.end();
      wake();
    };
    const unsubscribe = indexer.subscribe((change) => {
      if (change.kind === "reorg") forkedAt = Math.min(forkedAt ?? Infinity, change.head?.number ?? -1);
      isBehind = true;
      wake();
    });
    stopping.addEventListener("abort", stop, { once: true });
    stream.once("close", () => wake());
    try {
      stream.write(": connected\n\n");
      while (!stream.destroyed && !stream.writableEnded) {
        if (forkedAt !== undefined) {
          const block = forkedAt;
          forkedAt = undefined;
          if (cursor.block > block) {
            cursor = { block, logIndex: afterLogs };
            const id = toEventId(Math.max(block, 0), afterLogs);
            stream.write(toMessage({ id, event: "ChainReorganised", data: { blockNumber: block } }));
          }
        }
        isBehind = false;
        const rows = await readAfter(cursor, filter);
        for (const row of rows) {
          cursor = { block: row.block_number, logIndex: row.log_index };
          if (!stream.write(toMessage(toChainEvent(row)))) await waitFor(stream, "drain");
        }
        if (rows.length === pageSize || isBehind) continue;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(() => {
            stream.write(": alive\n\n");
            resolve();
          }, heartbeatMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          if (stream.destroyed || stopping.aborted) wake();
        });
      }
    } finally {
      unsubscribe();
      stopping.removeEventListener("abort", stop);
    }
  }

  function readAfter({ block, logIndex }: Cursor, { account, sessionId }: Filter) {
    let query = db
      .selectFrom("events")
      .selectAll()
      .where("chain_id", "=", config.chainId)
      .where((build) =>
        build.or([
          build("block_number", ">", block),
          build.and([build("block_number", "=", block), build("log_index", ">", logIndex)]),
        ]),
      )
      .orderBy("block_number")
      .orderBy("log_index")
      .limit(pageSize);
    if (account !== undefined) query = query.where("account", "=", account);
    if (sessionId !== undefined) query = query.where("session_id", "=", sessionId);
    return query.execute();
  }
}

function waitFor(stream: PassThrough, event: "drain"): Promise<void> {
  return new Promise((resolve) => {
    stream.once(event, resolve);
    stream.once("close", resolve);
  });
}

function toMessage({ id, event, data }: { id: string; event: string; data: unknown }): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function parseId(id: string | string[]): Cursor {
  const [, block, logIndex] = /^(\d{1,15})-(\d{1,10})$/.exec(String(id)) ?? [];
  if (block === undefined || logIndex === undefined) {
    throw new ProblemError("body-invalid", `Last-Event-ID ${String(id)} is not of the form <block>-<logIndex>`);
  }
  return { block: Number(block), logIndex: Math.min(Number(logIndex), afterLogs) };
}
