import { PassThrough } from "node:stream";
import { isAddressEqual } from "viem";
import { z } from "zod";
import type { ContentStore } from "../admission/createContentStore.ts";
import type { App } from "../app.ts";
import { hasEnded } from "../auth/createAuthenticator.ts";
import type { Parties } from "../auth/createParties.ts";
import type { Principal } from "../auth/principal.ts";
import type { SessionReader } from "../chain/createSessionReader.ts";
import type { EventLog } from "../events/createEventLog.ts";
import { followEvents } from "../events/followEvents.ts";
import { ProblemError } from "../problem.ts";
import { addressSchema, hashSchema } from "./schemas.ts";

type Deps = {
  app: App;
  contents: ContentStore;
  sessionReader: SessionReader;
  parties: Parties;
  eventLog: EventLog;
  /** Aborts when the relayer stops, so that streams end. */
  stopping: AbortSignal;
};

const querySchema = z.object({
  account: addressSchema.optional(),
  sessionId: hashSchema.optional(),
  orderHash: hashSchema.optional(),
});
type Query = z.output<typeof querySchema>;

const streamsMax = 1_000;

/** Server-sent events in the order of their numbers, resumed by `Last-Event-ID` on any instance. */
export function addEventRoutes({ app, contents, sessionReader, parties, eventLog, stopping }: Deps): void {
  let streams = 0;

  /** Orders in flight are not on chain: only the session's parties, the account's owner, or who names the order's hash is told. */
  async function maySeeOrders(principal: Principal | undefined, query: Query): Promise<boolean> {
    const { account, sessionId, orderHash } = query;
    if (orderHash !== undefined) return true;
    if (principal === undefined) return false;
    if (sessionId === undefined) return account !== undefined && (await parties.isOwner(principal, account));
    const content = await contents.find(sessionId);
    if (content === undefined) return false;
    if (account !== undefined && !isAddressEqual(content.session.account, account)) return false;
    if (principal.kind === "credential") {
      // It may have died since the stream began.
      const isOver = Date.now() >= principal.expiresAt * 1_000;
      if (isOver || hasEnded((await sessionReader.getState(content)).status)) return false;
    }
    return parties.isParty(principal, content);
  }

  app.get(
    "/v1/events",
    {
      schema: {
        summary: "What happens on chain and to orders, as server-sent events",
        description:
          "Ids are whole numbers, the same on every instance; `Last-Event-ID` resumes after one. Events of the manager have its names. `EventUndone` says that a reorg took back the event `undoneId`. `OrderChanged` says what became of an order; only the session's key and its account's owner are told, or who names the order by `orderHash`.",
        querystring: querySchema,
      },
    },
    async (request, reply) => {
      const { principal, query } = request;
      if (streams >= streamsMax) {
        throw new ProblemError("rate-limited", "Too many streams are open", { retryAfterSeconds: 10 });
      }
      const hasOrders = await maySeeOrders(principal, query);
      const lastNumber = await eventLog.getLastNumber();
      const after = parseLastId(request.headers["last-event-id"], lastNumber);
      const stream = new PassThrough();
      streams += 1;
      request.raw.once("close", () => stream.destroy());
      stream.once("close", () => {
        streams -= 1;
      });
      const isAllowed = async (): Promise<boolean> => !hasOrders || (await maySeeOrders(principal, query));
      const filter = { ...query, hasOrders };
      void followEvents({ eventLog, stream, after, filter, signal: stopping, isAllowed }).catch((error: unknown) => {
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
}

/** From the newest event on, unless the reader says which one it had last. */
function parseLastId(id: string | string[] | undefined, lastNumber: number): number {
  if (id === undefined) return lastNumber;
  const text = String(id);
  if (/^\d{1,15}$/.test(text) && Number(text) <= lastNumber) return Number(text);
  throw new ProblemError(
    "body-invalid",
    `Last-Event-ID ${text} is no event's: ids are whole numbers up to ${lastNumber} so far. Start anew without it`,
  );
}
