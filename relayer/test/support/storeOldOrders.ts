import pg from "pg";

/** Fills the database with orders that ran long ago, as a relayer of some age has them; without its audit log. */
export async function storeOldOrders(databaseUrl: string, chainId: number, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // No triggers: how long the log is, is another matter.
    await client.query("set session_replication_role = replica");
    await client.query(
      `insert into orders (chain_id, order_hash, session_id, account, nonce, deadline, gas_limit, calls, packed, status,
        holds_nonce, reservations, attempts, not_before, accepted_at, transaction_hash, block_number)
      select $1, 'old-' || number, 'old-' || number % 10000, 'old', number / 10000, 0, 80000, '[]', repeat('0', 1400),
        'confirmed', true, '["1"]', 1, 0, number, 'old-' || number / 32, 0
      from generate_series(1, $2::int8) as number`,
      [chainId, count],
    );
    await client.query("vacuum analyze orders");
  } finally {
    await client.end();
  }
}
