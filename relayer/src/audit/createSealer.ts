import type { Kysely } from "kysely";
import {
  adoptForeign,
  adoptStray,
  hasUnsealed,
  insertBatch,
  lockSealing,
  moveUnsealed,
  selectHead,
} from "../db/auditRows.ts";
import type { Pipeline } from "../db/createPipeline.ts";
import type { Database } from "../db/schema.ts";
import type { HotWallet } from "../signers/createHotWallet.ts";
import { firstHead, hashEntries } from "./hashEntries.ts";

type Deps = {
  db: Kysely<Database>;
  pipeline: Pipeline;
  /** Signs the heads, as an EIP-191 message of the head's 32 bytes. */
  signer: Pick<HotWallet, "signMessage">;
  config: { chainId: number };
};

const entriesMax = 2_000;

/**
 * Numbers the entries of the audit log without gaps, chains them and signs the head. One instance at a time does so. Returns
 * how many it sealed.
 */
export function createSealer({ db, pipeline, signer, config: { chainId } }: Deps): () => Promise<number> {
  let hasAdopted = false;

  return async function seal() {
    if (hasAdopted && !(await hasUnsealed(db, chainId))) return 0;
    return pipeline.transaction(async ({ run, commit, rollBack }) => {
      const [lock] = await run(lockSealing(chainId));
      if (lock?.locked !== true) {
        await rollBack();
        return 0;
      }
      if (!hasAdopted) await Promise.all([run(adoptStray(chainId)), run(adoptForeign(chainId))]);
      const [[before], moved] = await Promise.all([run(selectHead(chainId)), run(moveUnsealed(chainId, entriesMax))]);
      const entries = moved.toSorted((a, b) => a.number - b.number);
      const [first, last] = [entries[0], entries.at(-1)];
      if (first === undefined || last === undefined) {
        await commit();
        hasAdopted = true;
        return 0;
      }
      const head = hashEntries(before?.head ?? firstHead, entries);
      const signature = await signer.signMessage({ message: { raw: `0x${head}` } });
      const batch = { first: first.number, last: last.number, head, signature };
      await Promise.all([run(insertBatch(chainId, batch)), commit()]);
      hasAdopted = true;
      return entries.length;
    });
  };
}
