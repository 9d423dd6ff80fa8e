import { useQuery } from "@tanstack/react-query";
import type { Address } from "viem";
import { useDeps } from "./deps.tsx";
import { type Authority, authorityQuery, type SessionRecords, sessionRecordsQuery } from "./sessionQueries.ts";

export type Sessions = SessionRecords & { authority: Authority };

/** All sessions of an account with what the chain says about them now, as one asynchronous value. */
export const useSessions = (account: Address) => {
  const deps = useDeps();
  const records = useQuery(sessionRecordsQuery(deps, account));
  const authority = useQuery({
    ...authorityQuery(deps, account, records.data?.records ?? []),
    enabled: records.data !== undefined,
  });
  const data: Sessions | undefined =
    records.data === undefined || authority.data === undefined
      ? undefined
      : { ...records.data, authority: authority.data };
  return {
    data,
    error: records.error ?? authority.error,
    refetch: () => Promise.all([records.refetch(), authority.refetch()]),
  };
};
