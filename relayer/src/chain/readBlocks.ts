import type { Address, Hash } from "viem";
import type { BlockHead, Rpc } from "./createRpc.ts";
import { decodeLog, type ManagerEvent } from "./decodeLog.ts";

export type ReadBlock = { block: BlockHead; events: readonly ManagerEvent[] };

/** The blocks from number `from` to `to`, with their events, as far as they follow each other and the block `after`. */
export async function readBlocks({
  rpc,
  manager,
  from,
  to,
  after,
}: {
  rpc: Rpc;
  manager: Address;
  from: number;
  to: BlockHead;
  after: Hash | undefined;
}): Promise<ReadBlock[]> {
  const numbers = Array.from({ length: to.number - from }, (_, index) => from + index);
  const blocks = [...(await Promise.all(numbers.map((number) => rpc.getBlock(number)))), to];
  const linked: BlockHead[] = [];
  let before = after;
  for (const block of blocks) {
    if (block === undefined || (before !== undefined && block.parentHash !== before)) break;
    linked.push(block);
    before = block.hash;
  }
  return Promise.all(
    linked.map(async (block) => {
      const logs = await rpc.getLogs({ address: manager, blockHash: block.hash });
      return { block, events: logs.map(decodeLog).filter(isPresent) };
    }),
  );
}

export function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}
