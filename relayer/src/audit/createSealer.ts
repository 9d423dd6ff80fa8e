import { sql, type Kysely } from "kysely";
import { databaseNow } from "../db/databaseNow.ts";
import type { Database } from "../db/schema.ts";
import type { HotWallet } from "../signers/createHotWallet.ts";
import { firstHead, hashEntries, type AuditEntry } from "./hashEntries.ts";

type Deps = {
  db: Kysely<Database>;
  /** Signs the heads, as an EIP-191 message of the head's 32 bytes. */
  signer: Pick<HotWallet, "signMessage">;
  config: { chainId: number };
};

/** Namespace of the advisory lock: `seal`. */
const sealLock = 0x7365616c;
const entriesMax = 2_000;

/**
 * Numbers the entries of the audit log without gaps, chains them and signs the head. One instance at a time does so. It
 * takes only entries of transactions older than any that is under way, so that no entry can turn up between two that are
 * numbered. Returns how many it sealed.
 */
export function createSealer({ db, signer, config: { chainId } }: Deps): () => Promise<number> {
  async function hasUnsealed(): Promise<boolean> {
    const row = await db
      .selectFrom("audit_entries")
      .select("id")
      .where("chain_id", "=", chainId)
      .where("number", "is", null)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  return async function seal() {
    if (!(await hasUnsealed())) return 0;
    return db.transaction().execute(async (tx) => {
      const { rows: locked } = await sql<{ locked: boolean }>`select
        pg_try_advisory_xact_lock(${sealLock}, ${chainId | 0}) as locked`.execute(tx);
      if (locked[0]?.locked !== true) return 0;
      const { rows: unsealed } = await sql<Omit<AuditEntry, "number"> & { id: number }>`select id, chain_id, at, kind,
          order_hash, session_id, account, body_hash, transaction_hash, block_number, reason, previous
        from audit_entries where chain_id = ${chainId} and number is null
          and xid < pg_snapshot_xmin(pg_current_snapshot())
        order by id limit ${entriesMax}`.execute(tx);
      if (unsealed.length === 0) return 0;
      const before = await tx
        .selectFrom("audit_batches")
        .select(["head", "last_number"])
        .where("chain_id", "=", chainId)
        .orderBy("last_number", "desc")
        .limit(1)
        .executeTakeFirst();
      const first = (before?.last_number ?? 0) + 1;
      const entries = unsealed.map((entry, index) => ({ ...entry, number: first + index }));
      const head = hashEntries(before?.head ?? firstHead, entries);
      const signature = await signer.signMessage({ message: { raw: `0x${head}` } });
      const numbers = entries.map(({ id, number }) => ({ id, number }));
      await sql`update audit_entries set number = row.number
        from json_to_recordset(${JSON.stringify(numbers)}::json) as row (id int8, number int8)
        where audit_entries.id = row.id`.execute(tx);
      await tx
        .insertInto("audit_batches")
        .values({
          chain_id: chainId,
          first_number: first,
          last_number: first + entries.length - 1,
          head,
          signature,
          sealed_at: databaseNow,
        })
        .execute();
      return entries.length;
    });
  };
}
