import { decodeEventLog, decodeFunctionResult, encodeFunctionData, type Hex } from "viem";
import type { Step } from "../reference/operation.ts";
import type { Chain } from "./createChain.ts";
import type { Log, Transaction } from "./createRpc.ts";
import { encodeStep } from "./encodeStep.ts";
import { encodeSubmission } from "./encodeSubmission.ts";
import { decodeError, type Observed, type ObservedOutcome } from "./observed.ts";

const kinds = { OrderExecuted: "executed", OrderFailed: "failed", OrderSkipped: "skipped" } as const;

/**
 * Takes a step on the chain, in a block of its own at `timestamp`. Before, asks what the manager would answer to a batch
 * and, if told so, what its `preflight` says to an order.
 */
export async function perform(
  chain: Chain,
  step: Step,
  { timestamp, asksPreflight }: { timestamp: number; asksPreflight: boolean },
): Promise<Observed> {
  const transaction = await encodeStep(chain, step);
  const preflight = asksPreflight && step.kind === "execute" ? await askPreflight(chain, step, timestamp) : undefined;
  const results = step.kind === "batch" ? await askResults(chain, transaction, timestamp) : [];
  const sent = await chain.rpc.send(transaction, timestamp);
  if (!sent.isAccepted) {
    return { error: decodeError(chain.managerAbi, sent.revertData), outcomes: [], results, preflight };
  }
  const logs = step.kind === "batch" ? await chain.rpc.getLogs(sent.hash) : [];
  return { error: undefined, outcomes: readOutcomes(chain, logs), results, preflight };
}

async function askPreflight(
  { rpc, domain, managerAbi: abi, setting }: Chain,
  { submission, sender }: Extract<Step, { kind: "execute" }>,
  timestamp: number,
): Promise<Observed["preflight"]> {
  const { packed } = await encodeSubmission(domain, submission);
  const data = encodeFunctionData({ abi, functionName: "preflight", args: [packed, sender] });
  const asked = await rpc.simulate({ from: sender, to: setting.manager, data, gas: 16_000_000n }, timestamp);
  return { error: asked.isAccepted ? undefined : decodeError(abi, asked.revertData) };
}

async function askResults(
  { rpc, managerAbi: abi }: Chain,
  transaction: Transaction,
  timestamp: number,
): Promise<readonly Hex[]> {
  const asked = await rpc.simulate(transaction, timestamp);
  if (!asked.isAccepted) return [];
  // The ABI is read at run time; `executeBatch` returns `bytes4[]`.
  return decodeFunctionResult({ abi, functionName: "executeBatch", data: asked.data }) as readonly Hex[];
}

/** What the events say became of each order of a batch. */
function readOutcomes({ managerAbi: abi, setting }: Chain, logs: readonly Log[]): ObservedOutcome[] {
  return logs.flatMap(({ address, data, topics }) => {
    if (address.toLowerCase() !== setting.manager) return [];
    const { eventName, args } = decodeEventLog({ abi, data, topics });
    if (!isKind(eventName)) return [];
    const reason = readReason(args);
    return [{ result: kinds[eventName], error: reason === undefined ? undefined : decodeError(abi, reason) }];
  });
}

function isKind(name: string | undefined): name is keyof typeof kinds {
  return name !== undefined && name in kinds;
}

function readReason(args: unknown): Hex | undefined {
  if (typeof args !== "object" || args === null || !("reason" in args)) return undefined;
  return args.reason as Hex;
}
