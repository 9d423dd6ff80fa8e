import type { Kysely } from "kysely";
import type { Hex } from "viem";
import type { Indexer } from "../chain/createIndexer.ts";
import type { Rpc } from "../chain/createRpc.ts";
import type { Config } from "../config.ts";
import type { ControlRow } from "../db/controlRows.ts";
import type { Pipeline } from "../db/createPipeline.ts";
import type { Database } from "../db/schema.ts";
import type { Log } from "../log.ts";
import type { Batch } from "./claimOrders.ts";
import { createBroadcast } from "./createBroadcast.ts";
import { createOvertake } from "./createOvertake.ts";
import { createPurse } from "./createPurse.ts";
import type { Wallet } from "./createWallet.ts";
import { holdLane, type Lane } from "./laneRows.ts";
import type { Overtaking } from "./overtaking.ts";
import { createReconcile } from "./reconcile.ts";
import { storeBatch } from "./storeBatch.ts";
import { storeControl } from "./storeControl.ts";
import {
  insertTransaction,
  listOpenTransactions,
  readRaw,
  replaceTransaction,
  toRow,
  type OpenTransaction,
  type SignedTransaction,
} from "./transactionRows.ts";

export type LaneDeps = {
  db: Kysely<Database>;
  pipeline: Pipeline;
  rpc: Rpc;
  indexer: Indexer;
  wallet: Wallet;
  instance: string;
  log: Log;
  /** The calldata of a call that the sentinel signs; nothing if its key is gone. */
  signControl: (control: ControlRow) => Promise<Hex | undefined>;
  config: Pick<
    Config,
    | "chainId"
    | "manager"
    | "batch"
    | "confirmations"
    | "pendingTransactionsMax"
    | "pollIntervalMs"
    | "replaceAfterMs"
    | "lowBalance"
  >;
};

export type LaneWorker = ReturnType<typeof createLane>;

/** Between blocks the node is asked for the wallet's next nonce at most this often, in milliseconds. */
const pendingNonceMs = 1_000;
/** Everything is compared with the chain so often, also when nothing seems to happen. */
const reconcileMs = 30_000;

/** Works one hot wallet while this instance has its lane: claims, signs, stores, broadcasts, and follows to the end. */
export function createLane(deps: LaneDeps, lane: Lane) {
  const { db, rpc, indexer, wallet, instance, log, config } = deps;
  const { chainId } = config;
  const of = { chainId, wallet: wallet.address };
  const reconcile = createReconcile(deps);
  const broadcast = createBroadcast({ ...deps, readRaw: (hash) => readRaw(db, chainId, hash) });
  const purse = createPurse(deps);
  const overtake = createOvertake(deps, lane);
  let reconciled: { hash: string; at: number } | undefined;
  let open: OpenTransaction[] = [];
  let listedAt = 0;
  let nonceOnChain = 0;
  let pendingNonce = { value: 0, at: -Infinity };

  const listPending = () => open.filter(({ status }) => status === "pending");
  const listUnmined = () => listPending().filter(({ nonce }) => nonce >= nonceOnChain);

  async function list(): Promise<void> {
    listedAt = performance.now();
    open = await listOpenTransactions(db, of);
  }

  function listStuck(): OpenTransaction[] {
    const since = performance.now() - listedAt;
    return listUnmined().filter(({ age_ms }) => age_ms + since > config.replaceAfterMs);
  }

  async function getPendingNonce(): Promise<number> {
    if (performance.now() - pendingNonce.at >= pendingNonceMs) {
      const at = performance.now();
      pendingNonce = { value: await rpc.getTransactionCount(wallet.address, "pending"), at };
    }
    return pendingNonce.value;
  }

  /** What a block has not taken may be gone from the pool. */
  async function sendMissing(): Promise<void> {
    const unmined = listUnmined();
    if (unmined.length === 0) return;
    pendingNonce = { value: await broadcast.sendMissing(wallet.address, unmined), at: performance.now() };
  }

  /** Nonces below a stored one that no transaction has would hold up everything after them. */
  async function fillGaps(): Promise<void> {
    const nonces = new Set(listPending().map(({ nonce }) => nonce));
    const last = Math.max(nonceOnChain - 1, ...nonces);
    const first = Array.from({ length: last - nonceOnChain + 1 }, (_, index) => nonceOnChain + index).find(
      (nonce) => !nonces.has(nonce),
    );
    if (first === undefined || (await getPendingNonce()) > first) return;
    log.warn({ lane: lane.wallet, nonce: first }, "A nonce without a transaction is filled with an empty one");
    const empty = { to: wallet.address, data: "0x", gas: 21_000, nonce: first } as const;
    const signed = await wallet.sign({ ...empty, ...(await wallet.getFees()) });
    await db.transaction().execute(async (tx) => {
      await holdLane(tx, { chainId, instance }, lane);
      await insertTransaction(tx, of, signed, []);
    });
    await list();
    await broadcast.send(signed);
  }

  /** Raises the fees of transactions that are not mined in time. */
  async function replaceStuck(): Promise<void> {
    const stuck = listStuck();
    for (const row of stuck) {
      const signed = await wallet.resign(await readRaw(db, chainId, row.hash), await wallet.getFees());
      if (signed === undefined) {
        log.debug({ hash: row.hash, nonce: row.nonce }, "A stuck transaction is at the ceiling of fees");
        continue;
      }
      await db.transaction().execute(async (tx) => {
        await holdLane(tx, { chainId, instance }, lane);
        await replaceTransaction(tx, of, row.hash, { signed });
      });
      log.info({ hash: row.hash, by: signed.hash, nonce: row.nonce }, "A stuck transaction is replaced");
      await broadcast.send(signed);
    }
    if (stuck.length > 0) await list();
  }

  async function toNextNonce(): Promise<number> {
    return Math.max(await getPendingNonce(), nonceOnChain, ...listPending().map(({ nonce }) => nonce + 1));
  }

  async function launch(signed: SignedTransaction): Promise<void> {
    const row = { ...toRow(signed), chain_id: chainId, wallet: wallet.address, created_at: 0 };
    open = [...open, { ...row, age_ms: listedAt - performance.now() }];
    await broadcast.send(signed);
  }

  return {
    lane,
    /** Compares what is stored with the chain after every block, and keeps alive what waits to be mined. */
    async follow(): Promise<void> {
      const head = indexer.getHead();
      if (head === undefined) return;
      const isDue = reconciled === undefined || performance.now() - reconciled.at > reconcileMs;
      if (isDue || (reconciled?.hash !== head.hash && open.length > 0)) {
        listedAt = performance.now();
        ({ open, nonceOnChain } = await reconcile({ isThorough: isDue }));
        reconciled = { hash: head.hash, at: isDue ? performance.now() : (reconciled?.at ?? 0) };
        await purse.check();
        await sendMissing();
      }
      await fillGaps();
      await broadcast.repeat(listUnmined());
      // What there is no money for is not replaced by what costs more.
      const unmined = open.filter(({ nonce }) => nonce >= nonceOnChain);
      if (await purse.dropUnpaid(unmined, listStuck().length > 0, lane)) await list();
      await replaceStuck();
    },

    /** Lets orders without calls come before their rivals, whose transactions wait to be mined. */
    async overtake(overtakings: readonly Overtaking[]): Promise<void> {
      for (const row of listUnmined()) {
        const own = overtakings.filter(({ transactionHash }) => transactionHash === row.hash);
        const signed = own.length === 0 ? undefined : await overtake(row, own);
        if (signed === undefined) continue;
        await list();
        await broadcast.send(signed);
      }
    },

    /** Has what is stored compared with the chain anew: a reorg may have brought back what was mined. */
    forget(): void {
      reconciled = undefined;
    },

    /** How many more batches it may have in flight. */
    getRoom(): number {
      const unmined = listUnmined();
      if (reconciled === undefined || !purse.canPay(unmined)) return 0;
      return Math.max(0, config.pendingTransactionsMax - unmined.length);
    },

    /** Signs, stores and broadcasts a batch that the lane has claimed. */
    async submit(batch: Batch): Promise<void> {
      if (batch.orderHashes.length === 0) return;
      const signed = await storeBatch(deps, lane, batch, await toNextNonce());
      // Some of it is final by now; the rest is the lane's, and claimed again.
      if (signed === undefined) return;
      const { hash, nonce } = signed;
      log.info({ lane: lane.wallet, hash, nonce, orders: batch.orderHashes.length }, "A batch is submitted");
      await launch(signed);
    },

    /** The same for a call of the manager that is no order, in a transaction of its own. */
    async submitControl(control: ControlRow): Promise<void> {
      const signed = await storeControl(deps, lane, control, await toNextNonce());
      if (signed !== undefined) await launch(signed);
    },
  };
}
