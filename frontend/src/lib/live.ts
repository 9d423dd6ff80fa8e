import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Deps, useDeps } from "./deps.tsx";

export type Head = { number: bigint; timestamp: number };

/** The newest block, asked for all the time a page is open and visible. */
export const headQuery = ({ client, pollMs }: Deps) =>
  queryOptions({
    queryKey: ["head"],
    queryFn: async (): Promise<Head> => {
      const block = await client.getBlock({ blockTag: "latest" });
      return { number: block.number, timestamp: Number(block.timestamp) };
    },
    refetchInterval: pollMs,
    retry: false,
  });

/** Key prefix of what is read from the chain again with every block. */
export const live = "live";

/** Mounted once, in the shell. */
export const useLiveBlocks = () => {
  const deps = useDeps();
  const head = useQuery(headQuery(deps));
  const number = head.data?.number;
  useEffect(() => {
    if (number === undefined) return;
    void deps.queryClient.invalidateQueries({ queryKey: [live] }, { cancelRefetch: false });
  }, [deps, number]);
  return head;
};

/** Time by the chain's clock, in seconds; by this machine's until the first block is known. */
export const useChainNow = (): number => {
  const head = useQuery(headQuery(useDeps()));
  const [machineNow] = useState(() => Math.floor(Date.now() / 1000));
  return head.data?.timestamp ?? machineNow;
};
