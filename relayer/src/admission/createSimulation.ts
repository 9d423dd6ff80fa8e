import { sessionManagerAbi, toErrorSentence, type Call, type ErrorSentence, type Order } from "@latchkey/sdk";
import {
  decodeFunctionResult,
  encodeFunctionData,
  erc20Abi,
  hexToBigInt,
  isAddressEqual,
  isHex,
  maxUint256,
  numberToHex,
  type Address,
  type Hex,
} from "viem";
import { z } from "zod";
import { requireHead } from "../chain/createSessionReader.ts";
import type { Indexer } from "../chain/createIndexer.ts";
import { CallRevertedError, RpcError, type CallRequest, type Rpc } from "../chain/rpc.ts";
import type { Log } from "../log.ts";
import { ProblemError } from "../problem.ts";
import { toBatchGas } from "../submission/batchGas.ts";
import type { ChainState } from "../chain/createSessionReader.ts";
import type { SessionContent } from "./createContentStore.ts";
import { toRefusal } from "./toRefusal.ts";

export type SimulationResult = {
  /** Of a transaction with this order alone, if the node can measure it. */
  gasUsed: number | undefined;
  /** What left the account by transfers of `token`, if the node can measure it. */
  getSpent: (token: Address) => bigint;
};

export type Simulation = ReturnType<typeof createSimulation>;

type Deps = { rpc: Rpc; indexer: Indexer; log: Log; relayer: Address; config: { manager: Address } };
type Input = { content: SessionContent; order: Order; packed: Hex; state: ChainState };

const transferTopic = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/** Runs an order on the newest state without effect. Throws the problem it would meet. */
export function createSimulation({ rpc, indexer, log, relayer, config: { manager } }: Deps) {
  /** Whether the node knows `eth_simulateV1`; without it nothing is measured, and the contract decides alone. */
  let canMeasure = true;

  async function measure(calls: readonly CallRequest[]): Promise<SimulatedCall[] | undefined> {
    if (!canMeasure) return undefined;
    const head = requireHead(indexer);
    const blockOverrides = { time: numberToHex(head.timestamp + 1), number: numberToHex(head.number + 1) };
    const requests = calls.map(({ from, to, data, gas }) => ({
      from,
      to,
      data,
      ...(gas !== undefined && { gas: numberToHex(gas) }),
    }));
    try {
      const answer = await rpc.request("eth_simulateV1", [
        { blockStateCalls: [{ blockOverrides, calls: requests }], validation: false },
        "latest",
      ]);
      return simulatedSchema.parse(answer)[0]?.calls;
    } catch (error) {
      if (!(error instanceof RpcError) && !(error instanceof z.ZodError)) throw error;
      // The node answered, and does not have the method: it will not grow it.
      if (error instanceof RpcError && error.code === undefined) throw error;
      if (!(error instanceof RpcError) || error.code === -32601) canMeasure = false;
      log.debug({ err: error }, "The node does not measure calls");
      return undefined;
    }
  }

  /** The full error, which the batch tells only the selector of. */
  async function explain(packed: Hex, gas: bigint, selector: Hex): Promise<ErrorSentence> {
    const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "execute", args: [packed] });
    try {
      await rpc.call({ from: relayer, to: manager, data, gas }, "latest");
      return toErrorSentence(selector);
    } catch (error) {
      if (!(error instanceof CallRevertedError)) throw error;
      return toErrorSentence(error.data === "0x" ? selector : error.data);
    }
  }

  /**
   * A target pulls at most what the limits have left, so one that wants more fails in its own words. If the call runs
   * when it may pull anything, and then takes more than is left, the limit is what decides.
   */
  async function findLimitBehind(reason: ErrorSentence, { content, order, state }: Input): Promise<ErrorSentence> {
    const call: Call | undefined = reason.name === "CallReverted" ? order.calls[Number(reason.args[0])] : undefined;
    const scope = call && content.scopes.find(({ target, selector }) => isScopeOf({ target, selector }, call));
    if (call === undefined || scope?.spendMethod !== "allowance") return reason;
    const { account, limits } = content.session;
    const approve = encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [call.target, maxUint256] });
    const measured = await measure([
      { from: account, to: scope.spendToken, data: approve },
      { from: account, to: call.target, data: call.data },
    ]);
    const run = measured?.[1];
    if (run?.status !== "0x1") return reason;
    const taken = toSpent(run, account)(scope.spendToken);
    for (const [index, limit] of limits.entries()) {
      const left = state.remaining[index] ?? 0n;
      if (!isAddressEqual(limit.token, scope.spendToken) || taken <= left) continue;
      const args = [BigInt(index), limit.token, limit.amount - left + taken, limit.amount];
      return toErrorSentence({ name: "LimitExceeded", args });
    }
    return reason;
  }

  async function run(input: Input): Promise<SimulationResult> {
    const { order, packed, content } = input;
    const { account, limits } = content.session;
    const gas = BigInt(toBatchGas([{ gasLimit: order.gasLimit, packed }]));
    const data = encodeFunctionData({ abi: sessionManagerAbi, functionName: "executeBatch", args: [[packed]] });
    const call: CallRequest = { from: relayer, to: manager, data, gas };
    const [answer, measured] = await Promise.all([rpc.call(call, "latest"), measure([call])]);
    const [result] = decodeFunctionResult({ abi: sessionManagerAbi, functionName: "executeBatch", data: answer });
    if (result !== "0x00000000") {
      const reason = await explain(packed, gas, result ?? "0x");
      throw toRefusal(await findLimitBehind(reason, input));
    }
    const transaction = measured?.[0];
    return {
      gasUsed: transaction && Number(transaction.gasUsed),
      getSpent: limits.length === 0 || transaction === undefined ? () => 0n : toSpent(transaction, account),
    };
  }

  return {
    async simulate(input: Input): Promise<SimulationResult> {
      try {
        return await run(input);
      } catch (error) {
        if (error instanceof RpcError) {
          throw new ProblemError("rpc-unavailable", "The order could not be simulated", { cause: error });
        }
        if (error instanceof CallRevertedError) throw toRefusal(toErrorSentence(error.data));
        throw error;
      }
    },
  };
}

function isScopeOf({ target, selector }: { target: Address; selector: Hex }, call: Call): boolean {
  return isAddressEqual(target, call.target) && call.data.startsWith(selector);
}

function toSpent({ logs }: SimulatedCall, account: Address): (token: Address) => bigint {
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

const hexSchema = z.string().refine(isHex);
const simulatedCallSchema = z.object({
  status: z.string(),
  gasUsed: hexSchema,
  logs: z.array(z.object({ address: hexSchema, topics: z.array(hexSchema), data: hexSchema })),
});
type SimulatedCall = z.infer<typeof simulatedCallSchema>;
const simulatedSchema = z.array(z.object({ calls: z.array(simulatedCallSchema) }));
