import { hexToBigInt, isAddressEqual, isHex, numberToHex, type Address } from "viem";
import { z } from "zod";
import type { Head } from "../chain/createIndexer.ts";
import { type CallRequest, type Rpc } from "../chain/createRpc.ts";
import { RpcError } from "../chain/rpcErrors.ts";
import type { Log } from "../log.ts";

const hexSchema = z.string().refine(isHex);
const measuredCallSchema = z.object({
  status: z.string(),
  gasUsed: hexSchema,
  logs: z.array(z.object({ address: hexSchema, topics: z.array(hexSchema), data: hexSchema })),
});
export type MeasuredCall = z.infer<typeof measuredCallSchema>;
const measuredSchema = z.array(z.object({ calls: z.array(measuredCallSchema) }));

export type Measurement = ReturnType<typeof createMeasurement>;

const transferTopic = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/** Runs calls one after the other with `eth_simulateV1`, which tells their gas and logs; not every node has it. */
export function createMeasurement({ rpc, log }: { rpc: Rpc; log: Log }) {
  let canMeasure = true;

  return {
    /** Nothing if the node cannot measure. Throws `RpcError` if it does not answer. */
    async measure(calls: readonly CallRequest[], head: Head): Promise<MeasuredCall[] | undefined> {
      if (!canMeasure) return undefined;
      const blockOverrides = { time: numberToHex(head.timestamp + 1), number: numberToHex(head.number + 1) };
      const requests = calls.map(({ gas, ...call }) => ({
        ...call,
        ...(gas !== undefined && { gas: numberToHex(gas) }),
      }));
      try {
        const answer = await rpc.request("eth_simulateV1", [
          { blockStateCalls: [{ blockOverrides, calls: requests }], validation: false },
          { blockHash: head.hash },
        ]);
        return measuredSchema.parse(answer)[0]?.calls;
      } catch (error) {
        if (!(error instanceof RpcError) && !(error instanceof z.ZodError)) throw error;
        if (error instanceof RpcError && error.code === undefined) throw error;
        // The node answered, and does not have the method: it will not grow it.
        if (!(error instanceof RpcError) || error.code === -32601) canMeasure = false;
        log.debug({ err: error }, "The node does not measure calls");
        return undefined;
      }
    },
  };
}

/** What left `account` by transfers of a token. */
export function toSpent({ logs }: MeasuredCall, account: Address): (token: Address) => bigint {
  return (token) => {
    let sum = 0n;
    for (const { address, topics, data } of logs) {
      const [signature, from] = topics;
      if (signature !== transferTopic || topics.length !== 3 || !isAddressEqual(address, token)) continue;
      if (from !== undefined && BigInt(from) === BigInt(account) && data.length === 66) sum += hexToBigInt(data);
    }
    return sum;
  };
}
