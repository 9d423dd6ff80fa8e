import { numberToHex, type Address, type BlockTag, type Hash, type Hex, type RpcLog } from "viem";
import { createNodes, type NodesConfig } from "./createNodes.ts";
import { CallRevertedError, findRevertData, RpcError } from "./rpcErrors.ts";

export type BlockRef = { number: number; hash: Hash };
export type BlockHead = BlockRef & { parentHash: Hash; timestamp: number; baseFeePerGas: bigint | undefined };
/** Without `to`, `data` is code, and the answer what it returns. */
export type CallRequest = { from?: Address; to?: Address; data: Hex; gas?: bigint };

export type Rpc = ReturnType<typeof createRpc>;

/** What the relayer asks of a node. Everything has a timeout and throws `RpcError`. */
export function createRpc(config: NodesConfig) {
  const nodes = createNodes(config);
  const { ask, askFor, toRpcError } = nodes;

  async function getBlock(at: BlockTag | number | { hash: Hash }): Promise<BlockHead | undefined> {
    const block = await askFor("eth_getBlock", (client) =>
      typeof at === "object"
        ? client.request({ method: "eth_getBlockByHash", params: [at.hash, false] })
        : client.request({
            method: "eth_getBlockByNumber",
            params: [typeof at === "number" ? numberToHex(at) : at, false],
          }),
    );
    if (block === null || block.number === null || block.hash === null) return undefined;
    return {
      number: Number(block.number),
      hash: block.hash,
      parentHash: block.parentHash,
      timestamp: Number(block.timestamp),
      baseFeePerGas: block.baseFeePerGas === null ? undefined : BigInt(block.baseFeePerGas),
    };
  }

  return {
    subscribeUnreachable: nodes.subscribeUnreachable,
    getBlock,
    getChainId: () => askFor("eth_chainId", async (client) => Number(await client.request({ method: "eth_chainId" }))),
    getCode: (address: Address) =>
      askFor("eth_getCode", (client) => client.request({ method: "eth_getCode", params: [address, "latest"] })),
    getBalance: (address: Address) =>
      askFor("eth_getBalance", async (client) =>
        BigInt(await client.request({ method: "eth_getBalance", params: [address, "latest"] })),
      ),
    getTransactionCount: (address: Address, tag: "latest" | "pending") =>
      askFor("eth_getTransactionCount", async (client) =>
        Number(await client.request({ method: "eth_getTransactionCount", params: [address, tag] })),
      ),
    getLogs: (filter: { address: Address } & ({ blockHash: Hash } | { fromBlock: number; toBlock: number })) =>
      askFor("eth_getLogs", (client): Promise<RpcLog[]> =>
        client.request({
          method: "eth_getLogs",
          params: [
            "blockHash" in filter
              ? filter
              : {
                  address: filter.address,
                  fromBlock: numberToHex(filter.fromBlock),
                  toBlock: numberToHex(filter.toBlock),
                },
          ],
        }),
      ),
    getReceipt: (hash: Hash) =>
      askFor("eth_getTransactionReceipt", async (client) => {
        const receipt = await client.request({ method: "eth_getTransactionReceipt", params: [hash] });
        if (receipt === null) return undefined;
        const { blockNumber, blockHash, status } = receipt;
        return { blockNumber: Number(blockNumber), blockHash, isSuccess: status === "0x1" };
      }),
    getPriorityFee: () =>
      askFor("eth_maxPriorityFeePerGas", async (client) =>
        BigInt(await client.request({ method: "eth_maxPriorityFeePerGas" })),
      ),
    sendRawTransaction: (raw: Hex) => nodes.send(raw),

    /** Throws `CallRevertedError` if the call reverts. */
    async call({ from, to, data, gas }: CallRequest, at: BlockTag | { hash: Hash }): Promise<Hex> {
      const request = {
        data,
        ...(to && { to }),
        ...(from && { from }),
        ...(gas !== undefined && { gas: numberToHex(gas) }),
      };
      try {
        // By hash as of EIP-1898, so that one answer is of one block, whatever happens to the chain meanwhile.
        return await ask("eth_call", (client) =>
          client.request({
            method: "eth_call",
            params: [request, typeof at === "object" ? { blockHash: at.hash } : at],
          }),
        );
      } catch (error) {
        if (error instanceof RpcError) throw error;
        const reverted = findRevertData(error);
        throw reverted === undefined ? toRpcError("eth_call", error) : new CallRevertedError(reverted);
      }
    },

    /** Any other method, such as `eth_simulateV1`; its answer is unchecked. */
    request: (method: string, params: readonly unknown[]): Promise<unknown> =>
      askFor(method, (client) => {
        // viem's types know only the methods it wraps.
        const send = client.request as (request: { method: string; params: readonly unknown[] }) => Promise<unknown>;
        return send({ method, params });
      }),
  };
}
