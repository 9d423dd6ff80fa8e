import { useMemo } from "react";
import type { Hex } from "viem";
import { useDeps } from "../lib/deps.tsx";
import { toSessionName } from "../lib/sessionName.ts";
import type { SessionRecord } from "../lib/sessionQueries.ts";

export const useSessionNames = (records: readonly SessionRecord[] | undefined): ReadonlyMap<Hex, string> => {
  const deps = useDeps();
  return useMemo(() => new Map(records?.map((record) => [record.id, toSessionName(deps, record)])), [deps, records]);
};
