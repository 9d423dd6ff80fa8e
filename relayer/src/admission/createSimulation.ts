import { sessionManagerAbi, toErrorSentence, type Order } from "@latchkey/sdk";
import { decodeFunctionResult, encodeFunctionData, type Address, type Hex } from "viem";
import { requireHead, type ChainState } from "../chain/createSessionReader.ts";
import type { Head, Indexer } from "../chain/createIndexer.ts";
import { type CallRequest, type Rpc } from "../chain/createRpc.ts";
import { CallRevertedError, RpcError } from "../chain/rpcErrors.ts";
import { createMicroBatch } from "../createMicroBatch.ts";
import type { Log } from "../log.ts";
import { ProblemError } from "../problem.ts";
import { toBatchGas } from "../submission/batchGas.ts";
import type { ProvenScope, SessionContent } from "./createContentStore.ts";
import { createMeasurement, toSpent, type MeasuredCall } from "./createMeasurement.ts";
import { findLimitBehind } from "./findLimitBehind.ts";
import { toRefusal } from "./toRefusal.ts";

export type SimulationResult = {
  /** Of a transaction with this order alone, if it was asked for and the node can measure it. */
  gasUsed: number | undefined;
  /** What left the account by transfers of `token`, if the order pulls tokens and the node can measure it. */
  getSpent: (token: Address) => bigint;
};

export type SimulationInput = {
  content: SessionContent;
  order: Order;
  /** Of each call. */
  scopes: readonly ProvenScope[];
  packed: Hex;
  /** What it adds to the gas of its batch, at most. */
  batchGas: number;
  state: ChainState;
  /** The hot wallet that would submit it. */
  submitter: Address;
  /** Whether the caller wants to know the gas. */
  wantsGas: boolean;
};

export type Simulation = ReturnType<typeof createSimulation>;

type Deps = { rpc: Rpc; indexer: Indexer; log: Log; config: { manager: Address } };
type Outcome = { error: Error } | { result: SimulationResult };

/** Orders that wait so long, in milliseconds, share one `eth_call`. */
const waitMs = 5;
const ordersMax = 64;
/** Nodes bound the gas of a call; the lowest bound in use is a block of 30 million. */
const gasMax = 25_000_000;
const executed = "0x00000000";

/**
 * Runs orders on the newest state without effect, those that come together in one `eth_call` of `executeBatch`, pinned to
 * the block's hash. Throws the problem an order would meet.
 */
export function createSimulation({ rpc, indexer, log, config: { manager } }: Deps) {
  const measurement = createMeasurement({ rpc, log });
  const batches = createMicroBatch<SimulationInput, Outcome>({ run: runAll, waitMs, sizeMax: ordersMax, runsMax: 4 });

  async function runAll(inputs: readonly SimulationInput[]): Promise<Outcome[]> {
    const head = requireHead(indexer);
    const outcomes = new Map<SimulationInput, Outcome>();
    await Promise.all(
      toChunks(inputs).map(async (chunk) => {
        const found = await runChunk(chunk, head).catch((error: unknown) => chunk.map(() => toOutcome(error)));
        chunk.forEach((input, index) => outcomes.set(input, found[index] ?? toOutcome(undefined)));
      }),
    );
    return inputs.map((input) => outcomes.get(input) ?? toOutcome(undefined));
  }

  async function runChunk(inputs: readonly SimulationInput[], head: Head): Promise<Outcome[]> {
    const [first] = inputs;
    if (first === undefined) return [];
    const call: CallRequest = { ...toBatchCall(inputs), from: first.submitter, to: manager };
    const [answer, measured] = await Promise.all([rpc.call(call, { hash: head.hash }), measureAll(inputs, head)]);
    const results = toResults(answer);
    return Promise.all(
      inputs.map(async (input, index): Promise<Outcome> => {
        const selector = results[index];
        if (selector === undefined) throw new Error(`The batch answered ${results.length} of ${inputs.length} orders`);
        const run = measured.get(input);
        try {
          if (selector !== executed) await explain(input, selector, head, inputs.length > 1);
          return { result: toResult(input, run) };
        } catch (error) {
          return toOutcome(error);
        }
      }),
    );
  }

  /** What a run of each alone uses, for those where that matters. */
  async function measureAll(
    inputs: readonly SimulationInput[],
    head: Head,
  ): Promise<Map<SimulationInput, MeasuredCall | undefined>> {
    const wanted = inputs.filter(({ wantsGas, scopes }) => wantsGas || scopes.some(pullsTokens));
    if (wanted.length === 0) return new Map();
    const calls = wanted.map((input) => ({ ...toBatchCall([input]), from: input.submitter, to: manager }));
    const measured = await measurement.measure(calls, head);
    return new Map(wanted.map((input, index) => [input, measured?.[index]]));
  }

  /**
   * Throws the problem of an order that the batch refused. Returns if a batch of it alone runs: then another order was in
   * its way, and a reservation will say so if that one stays.
   */
  async function explain(input: SimulationInput, shared: Hex, head: Head, isShared: boolean): Promise<void> {
    const { submitter } = input;
    const alone: CallRequest = { ...toBatchCall([input]), from: submitter, to: manager };
    const [answer, full] = await Promise.all([
      isShared ? rpc.call(alone, { hash: head.hash }) : undefined,
      findError({ ...alone, data: toExecute(input) }, head),
    ]);
    const selector = answer === undefined ? shared : toResults(answer)[0];
    if (selector === executed) return;
    // `execute` is not bound to the gas the order signed, so it may run where the batch has it fail.
    const error = full === undefined || full === "0x" ? (selector ?? shared) : full;
    throw toRefusal(await findLimitBehind(toErrorSentence(error), input, head, measurement));
  }

  /** The whole error of a call, of which a batch tells only the selector; nothing if it runs. */
  async function findError(call: CallRequest, head: Head): Promise<Hex | undefined> {
    try {
      await rpc.call(call, { hash: head.hash });
      return undefined;
    } catch (error) {
      if (error instanceof CallRevertedError) return error.data;
      throw error;
    }
  }

  return {
    async simulate(input: SimulationInput): Promise<SimulationResult> {
      const outcome = await batches.add(input);
      if ("error" in outcome) throw outcome.error;
      return outcome.result;
    },
  };
}

/** Together they fit the gas of one call, and they are of one submitter. */
function toChunks(inputs: readonly SimulationInput[]): SimulationInput[][] {
  const chunks: { submitter: Address; gas: number; inputs: SimulationInput[] }[] = [];
  for (const input of inputs) {
    const { submitter, batchGas: gas } = input;
    const open = chunks.findLast((chunk) => chunk.submitter === submitter);
    if (open === undefined || open.gas + gas > gasMax) chunks.push({ submitter, gas, inputs: [input] });
    else {
      open.gas += gas;
      open.inputs.push(input);
    }
  }
  return chunks.map((chunk) => chunk.inputs);
}

function toBatchCall(inputs: readonly SimulationInput[]): { data: Hex; gas: bigint } {
  const data = encodeFunctionData({
    abi: sessionManagerAbi,
    functionName: "executeBatch",
    args: [inputs.map(({ packed }) => packed)],
  });
  return { data, gas: BigInt(toBatchGas(inputs.map(({ batchGas }) => batchGas))) };
}

function toExecute({ packed }: SimulationInput): Hex {
  return encodeFunctionData({ abi: sessionManagerAbi, functionName: "execute", args: [packed] });
}

/** One selector an order: of its error, or `executed`. */
function toResults(answer: Hex): readonly Hex[] {
  return decodeFunctionResult({ abi: sessionManagerAbi, functionName: "executeBatch", data: answer });
}

/** Tokens that a target pulls are not declared anywhere: they are seen in a run, or not at all. */
function pullsTokens({ scope }: ProvenScope): boolean {
  return scope.spendMethod !== "none";
}

function toResult({ content }: SimulationInput, run: MeasuredCall | undefined): SimulationResult {
  const { account, limits } = content.session;
  return {
    gasUsed: run && Number(run.gasUsed),
    getSpent: limits.length === 0 || run === undefined ? () => 0n : toSpent(run, account),
  };
}

function toOutcome(error: unknown): Outcome {
  if (error instanceof RpcError) {
    return { error: new ProblemError("rpc-unavailable", "The order could not be simulated", { cause: error }) };
  }
  if (error instanceof CallRevertedError) return { error: toRefusal(toErrorSentence(error.data)) };
  return { error: error instanceof Error ? error : new Error("The order was not simulated", { cause: error }) };
}
