import { sql } from "kysely";
import type { Db } from "./chainRows.ts";

/** A numbered entry of the audit log, as readers of events need it. */
export type Entry = {
  number: number;
  /** Milliseconds since the Unix epoch. */
  at: number;
  kind: string;
  order_hash: string | null;
  session_id: string | null;
  account: string | null;
  transaction_hash: string | null;
  block_number: number | null;
  reason: string | null;
  previous: string | null;
  detail: string | null;
  /** Of an event that is taken back: the number of its entry. */
  undone_number: number | null;
};

/** Which entries are wanted; what is absent narrows nothing. */
export type EntryFilter = {
  account?: string | undefined;
  sessionId?: string | undefined;
  orderHash?: string | undefined;
  /** Whether what is not on chain is told too. */
  hasOrders: boolean;
};

/** What became of orders is not on chain; everything else is. */
const orderKinds = "order-";

/** The next `limit` entries after `number`, in the order of their numbers. */
export async function listEntries(
  db: Db,
  { chainId, after, filter, limit }: { chainId: number; after: number; filter: EntryFilter; limit: number },
): Promise<Entry[]> {
  const { account, sessionId, orderHash, hasOrders } = filter;
  const { rows } = await sql<Entry>`select number, at, kind, order_hash, session_id, account, transaction_hash,
      block_number, reason, previous, detail, (select undone.number from audit_entries as undone where undone.id = audit_entries.undoes) as undone_number
    from audit_entries where chain_id = ${chainId} and number > ${after}
      ${account === undefined ? sql`` : sql`and account = ${account}`}
      ${sessionId === undefined ? sql`` : sql`and session_id = ${sessionId}`}
      ${orderHash === undefined ? sql`` : sql`and order_hash = ${orderHash}`}
      ${hasOrders ? sql`` : sql`and kind not like ${`${orderKinds}%`}`}
    order by number limit ${limit}`.execute(db);
  return rows;
}

/** The account's events that the chain has, newest first, as far as they are numbered. */
export async function listStanding(db: Db, chainId: number, account: string, limit: number): Promise<Entry[]> {
  const { rows } = await sql<Entry>`select number, at, kind, events.order_hash, events.session_id, events.account,
      events.transaction_hash, events.block_number, null as reason, null as previous, null as undone_number,
      json_build_object('args', args::json, 'blockHash', block_hash, 'logIndex', log_index, 'timestamp', timestamp)::text
        as detail
    from events join audit_entries on audit_entries.id = events.entry_id
    where events.chain_id = ${chainId} and events.account = ${account}
    order by events.block_number desc, events.log_index desc limit ${limit}`.execute(db);
  return rows;
}

/** The same question, of one entry. */
export function isWanted(entry: Entry, { account, sessionId, orderHash, hasOrders }: EntryFilter): boolean {
  return (
    (account === undefined || entry.account === account) &&
    (sessionId === undefined || entry.session_id === sessionId) &&
    (orderHash === undefined || entry.order_hash === orderHash) &&
    (hasOrders || !entry.kind.startsWith(orderKinds))
  );
}

/** The number of the newest sealed entry; 0 if there is none. */
export async function getLastNumber(db: Db, chainId: number): Promise<number> {
  const row = await db
    .selectFrom("audit_batches")
    .select(({ fn }) => fn.max("last_number").as("last"))
    .where("chain_id", "=", chainId)
    .executeTakeFirst();
  return row?.last ?? 0;
}
