import { sql, type Kysely } from "kysely";
import { isAddressEqual, recoverMessageAddress, type Address, type Hex } from "viem";
import type { Database } from "../db/schema.ts";
import { firstHead, hashEntries, type AuditEntry } from "./hashEntries.ts";

export type AuditReport = { entries: number; batches: number; unsealed: number; head: string; faults: string[] };

const batchesAtOnce = 200;

/**
 * Checks the whole audit log of a chain: that numbers have no gap, that every head follows from the one before and its
 * entries, that one of `signers` signed it, and that orders are where their last entry says. What was cut off at the end
 * can't be told from what never was: compare `head` with one that was kept elsewhere, by `knownHead`.
 */
export async function verifyAuditLog(
  db: Kysely<Database>,
  { chainId, signers, knownHead }: { chainId: number; signers: readonly Address[]; knownHead?: string | undefined },
): Promise<AuditReport> {
  const report: AuditReport = { entries: 0, batches: 0, unsealed: 0, head: firstHead, faults: [] };
  let isKnownHeadSeen = knownHead === undefined || knownHead === firstHead;
  for (let last = 0; ;) {
    const batches = await db
      .selectFrom("audit_batches")
      .selectAll()
      .where("chain_id", "=", chainId)
      .where("last_number", ">", last)
      .orderBy("last_number")
      .limit(batchesAtOnce)
      .execute();
    if (batches.length === 0) break;
    for (const batch of batches) {
      const { first_number: first, last_number: end, head, signature } = batch;
      if (first !== last + 1) report.faults.push(`A batch begins with ${first}, but the one before ends with ${last}`);
      const entries = await listEntries(db, chainId, first, end);
      if (entries.length !== end - first + 1 || entries.some(({ number }, index) => number !== first + index)) {
        report.faults.push(`Of the entries ${first} to ${end} there are ${entries.length}`);
      }
      if (hashEntries(report.head, entries) !== head) {
        report.faults.push(`The head over the entries ${first} to ${end} is not what they hash to`);
      }
      if (!(await isSigned(head, signature, signers))) {
        report.faults.push(`The head over the entries ${first} to ${end} is not signed by a known key`);
      }
      isKnownHeadSeen ||= head === knownHead;
      report.entries += entries.length;
      report.batches += 1;
      report.head = head;
      last = end;
    }
  }
  if (!isKnownHeadSeen) report.faults.push(`The head ${knownHead ?? ""} is not in the log: its end has been cut off`);
  report.faults.push(...(await findStrayEntries(db, chainId)));
  report.faults.push(...(await findStrayOrders(db, chainId)));
  report.faults.push(...(await findFalseDetails(db, chainId)));
  report.unsealed = await countUnsealed(db, chainId);
  return report;
}

function listEntries(db: Kysely<Database>, chainId: number, first: number, last: number): Promise<AuditEntry[]> {
  return db
    .selectFrom("audit_entries")
    .selectAll()
    .where("chain_id", "=", chainId)
    .where("number", ">=", first)
    .where("number", "<=", last)
    .orderBy("number")
    .execute();
}

async function isSigned(head: string, signature: string, signers: readonly Address[]): Promise<boolean> {
  try {
    const signer = await recoverMessageAddress({ message: { raw: `0x${head}` }, signature: signature as Hex });
    return signers.some((known) => isAddressEqual(known, signer));
  } catch {
    // It is no signature at all.
    return false;
  }
}

/** Entries that no batch has. Both are counted at one moment: the log may grow while it is checked. */
async function findStrayEntries(db: Kysely<Database>, chainId: number): Promise<string[]> {
  const { rows } = await sql<{ count: number; sealed: number }>`select
    (select count(*) from audit_entries where chain_id = ${chainId})::int8 as count,
    (select coalesce(sum(last_number - first_number + 1), 0) from audit_batches where chain_id = ${chainId})::int8
      as sealed`.execute(db);
  return rows.flatMap(({ count, sealed }) =>
    count === sealed ? [] : [`${count} entries have numbers, but batches have ${sealed}`],
  );
}

/** Orders whose status is not what the last entry of them says. */
async function findStrayOrders(db: Kysely<Database>, chainId: number): Promise<string[]> {
  const { rows } = await sql<{ order_hash: string; status: string; kind: string | null }>`
    select orders.order_hash, orders.status, coalesce(waiting.kind, entry.kind) as kind from orders
    left join (select distinct on (order_hash) order_hash, kind from audit_unsealed
      where chain_id = ${chainId} and kind like 'order-%' order by order_hash, id desc) as waiting using (order_hash)
    left join lateral (select kind from audit_entries where chain_id = orders.chain_id
      and order_hash = orders.order_hash and kind like 'order-%' order by id desc limit 1) as entry on true
    where orders.chain_id = ${chainId}
      and coalesce(waiting.kind, entry.kind) is distinct from 'order-' || orders.status limit 100`.execute(db);
  return rows.map(
    ({ order_hash, status, kind }) =>
      `The order ${order_hash} is ${status}, but the last that the log says of it is ${kind ?? "nothing"}`,
  );
}

/** Details that are not what their hash says, and events that take back what is none of theirs. */
async function findFalseDetails(db: Kysely<Database>, chainId: number): Promise<string[]> {
  const { rows } = await sql<{ number: number }>`select entry.number from audit_entries as entry
    left join audit_entries as undone on undone.id = entry.undoes
    where entry.chain_id = ${chainId} and (
      entry.detail is not null and encode(sha256(convert_to(entry.detail, 'UTF8')), 'hex') <> entry.body_hash
      or entry.kind like 'undone-%' and (undone.body_hash is distinct from entry.body_hash
        or undone.number is null or undone.number > entry.number)) limit 100`.execute(db);
  return rows.map(({ number }) => `What the entry ${number} says of its event is not what it was sealed with`);
}

async function countUnsealed(db: Kysely<Database>, chainId: number): Promise<number> {
  const { count } = await db
    .selectFrom("audit_unsealed")
    .select(({ fn }) => fn.countAll().as("count"))
    .where("chain_id", "=", chainId)
    .executeTakeFirstOrThrow();
  return Number(count);
}
