import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** Refuses data that another manager's events have made. */
export async function bindDeployment(
  db: Kysely<Database>,
  { chainId, manager }: { chainId: number; manager: string },
): Promise<void> {
  await db
    .insertInto("deployments")
    .values({ chain_id: chainId, manager })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const bound = await db
    .selectFrom("deployments")
    .select("manager")
    .where("chain_id", "=", chainId)
    .executeTakeFirstOrThrow();
  if (bound.manager !== manager) {
    throw new Error(`The data is of the manager ${bound.manager}, but MANAGER_ADDRESS is ${manager}`);
  }
}
