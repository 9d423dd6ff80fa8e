import {
  createPublicClient,
  http,
  numberToHex,
  type Address,
  type BlockTag,
  type Hash,
  type Hex,
  type PublicClient,
  type RpcLog,
} from "viem";

/** The node did not answer, or answered something else than the chain's state. Never a statement about the chain. */
export class RpcError extends Error {
  override name = "RpcError";
  /** JSON-RPC code, if the node answered. */
  readonly code: number | undefined;

  constructor(method: string, cause: unknown) {
    super(`${method} failed: ${toReason(cause)}`, { cause });
    this.code = findCode(cause);
  }
}

/** The call was executed and reverted with this data. */
export class CallRevertedError extends Error {
  override name = "CallRevertedError";
  readonly data: Hex;

  constructor(data: Hex) {
    super(`The call reverted with ${data}`);
    this.data = data;
  }
}

export type BlockRef = { number: number; hash: Hash };
export type BlockHead = BlockRef & { parentHash: Hash; timestamp: number; baseFeePerGas: bigint | undefined };
/** Without `to`, `data` is code, and the answer what it returns. */
export type CallRequest = { from?: Address; to?: Address; data: Hex; gas?: bigint };

/** What the relayer asks of a node. Everything has a timeout and throws `RpcError`; calls made together are batched. */
export type Rpc = ReturnType<typeof createRpc>;

export function createRpc({ rpcUrl, rpcTimeoutMs }: { rpcUrl: string; rpcTimeoutMs: number }) {
  const client: PublicClient = createPublicClient({
    transport: http(rpcUrl, { batch: { batchSize: 100 }, timeout: rpcTimeoutMs, retryCount: 0 }),
  });

  const onUnreachable = new Set<() => void>();

  function toRpcError(method: string, cause: unknown): RpcError {
    const error = new RpcError(method, cause);
    if (error.code === undefined) for (const listener of onUnreachable) listener();
    return error;
  }

  async function ask<T>(method: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw toRpcError(method, error);
    }
  }

  async function getBlock(at: BlockTag | number | { hash: Hash }): Promise<BlockHead | undefined> {
    const block = await ask("eth_getBlock", () =>
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
    /** Calls `listener` whenever the node did not answer, whoever asked. */
    subscribeUnreachable: (listener: () => void): void => void onUnreachable.add(listener),
    getBlock,
    getChainId: () => ask("eth_chainId", async () => Number(await client.request({ method: "eth_chainId" }))),
    getCode: (address: Address) =>
      ask("eth_getCode", () => client.request({ method: "eth_getCode", params: [address, "latest"] })),
    getBalance: (address: Address) =>
      ask("eth_getBalance", async () =>
        BigInt(await client.request({ method: "eth_getBalance", params: [address, "latest"] })),
      ),
    getTransactionCount: (address: Address, tag: "latest" | "pending") =>
      ask("eth_getTransactionCount", async () =>
        Number(await client.request({ method: "eth_getTransactionCount", params: [address, tag] })),
      ),
    getLogs: (filter: { address: Address } & ({ blockHash: Hash } | { fromBlock: number; toBlock: number })) =>
      ask("eth_getLogs", (): Promise<RpcLog[]> =>
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
      ask("eth_getTransactionReceipt", async () => {
        const receipt = await client.request({ method: "eth_getTransactionReceipt", params: [hash] });
        if (receipt === null) return undefined;
        const { blockNumber, blockHash, status } = receipt;
        return { blockNumber: Number(blockNumber), blockHash, isSuccess: status === "0x1" };
      }),
    getPriorityFee: () =>
      ask("eth_maxPriorityFeePerGas", async () => BigInt(await client.request({ method: "eth_maxPriorityFeePerGas" }))),
    sendRawTransaction: (raw: Hex) =>
      ask("eth_sendRawTransaction", () => client.request({ method: "eth_sendRawTransaction", params: [raw] })),

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
        return await client.request({
          method: "eth_call",
          params: [request, typeof at === "object" ? { blockHash: at.hash } : at],
        });
      } catch (error) {
        const reverted = findRevertData(error);
        throw reverted === undefined ? toRpcError("eth_call", error) : new CallRevertedError(reverted);
      }
    },

    /** Any other method, such as `eth_simulateV1`; its answer is unchecked. */
    request: (method: string, params: readonly unknown[]): Promise<unknown> =>
      ask(method, () => {
        // viem's types know only the methods it wraps.
        const send = client.request as (request: { method: string; params: readonly unknown[] }) => Promise<unknown>;
        return send({ method, params });
      }),
  };
}

function* causes(error: unknown): Generator<Error> {
  let current = error;
  for (let depth = 0; depth < 10 && current instanceof Error; depth += 1) {
    yield current;
    current = current.cause;
  }
}

function findCode(error: unknown): number | undefined {
  for (const cause of causes(error)) {
    const code: unknown = Reflect.get(cause, "code");
    if (typeof code === "number") return code;
  }
  return undefined;
}

/** The node says that execution reverted: code 3, or data of a revert. */
function findRevertData(error: unknown): Hex | undefined {
  for (const cause of causes(error)) {
    const data: unknown = Reflect.get(cause, "data");
    const inner: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "data") : data;
    if (typeof inner === "string" && /^0x([0-9a-f]{2})*$/i.test(inner)) return inner as Hex;
  }
  return findCode(error) === 3 ? "0x" : undefined;
}

function toReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The URL may hold the node's key, so viem's long message stays out.
  const short: unknown = Reflect.get(error, "shortMessage");
  const details: unknown = Reflect.get(error, "details");
  return [typeof short === "string" ? short : error.message, typeof details === "string" ? details : ""]
    .filter((part) => part !== "")
    .join(" ");
}
