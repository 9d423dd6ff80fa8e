/** What every run sends, whoever's relayer it is of. */
export const load = {
  /**
   * Of anvil: what is first in the pool is first in the block, as other nodes have it when tips are the same. By itself it
   * takes the highest `maxFeePerGas` first, and while the base fee rises what came first waits for good.
   */
  nodeArgs: ["--gas-limit", "30000000", "--order", "fifo"],
  /** Hot wallets that submit, and as many that send raw transfers. */
  walletCount: 10,
  /** Orders before the burst, at least: until then the services under test compile what they run. */
  warmingOrders: 3_000,
  /** Orders of the closed loop that wait for their acknowledgement at a time. */
  concurrency: 32,
  /** Orders a second of the open loop, and for how many seconds. */
  openRate: 300,
  openSeconds: 10,
  transfersPerWallet: 600,
  /** Orders around a kill. */
  killOrders: 1_500,
} as const;

/** Orders before the burst: enough for the service to have met every account. */
export function toWarmingCount(accounts: number): number {
  return Math.max(accounts, load.warmingOrders);
}
