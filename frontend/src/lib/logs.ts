import { sessionManagerAbi } from "@latchkey/sdk";
import { type Address, type Hex, pad, parseEventLogs, type RpcLog, formatLog, numberToHex } from "viem";
import type { Deps } from "./deps.tsx";

const splitsMax = 12;

/**
 * Logs of the manager whose first topic is one of `subjects` (accounts or session ids: every event of the manager
 * indexes one of the two first), oldest first. Nodes bound what one `eth_getLogs` may span, so a refused range is halved.
 */
export const getManagerLogs = async (
  deps: Deps,
  range: { fromBlock: bigint; toBlock: bigint },
  subjects: readonly (Address | Hex)[],
  splits = 0,
): Promise<ReturnType<typeof parseManagerLogs>> => {
  try {
    const logs = await deps.client.request({
      method: "eth_getLogs",
      params: [
        {
          address: deps.config.manager,
          fromBlock: numberToHex(range.fromBlock),
          toBlock: numberToHex(range.toBlock),
          topics: [null, subjects.map((subject) => pad(subject, { size: 32 }))],
        },
      ],
    });
    return parseManagerLogs(logs);
  } catch (error) {
    if (splits >= splitsMax || range.fromBlock >= range.toBlock) throw error;
    const middle = (range.fromBlock + range.toBlock) / 2n;
    const first = await getManagerLogs(deps, { fromBlock: range.fromBlock, toBlock: middle }, subjects, splits + 1);
    const second = await getManagerLogs(deps, { fromBlock: middle + 1n, toBlock: range.toBlock }, subjects, splits + 1);
    return [...first, ...second];
  }
};

const parseManagerLogs = (logs: readonly RpcLog[]) =>
  parseEventLogs({ abi: sessionManagerAbi, logs: logs.map((log) => formatLog(log)) });

export type ManagerLog = ReturnType<typeof parseManagerLogs>[number];
