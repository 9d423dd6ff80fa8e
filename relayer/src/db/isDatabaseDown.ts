/** Of Node: the server cannot be reached, or the connection broke. */
const systemCodes: readonly string[] = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
];

/**
 * Of Postgres (its manual, appendix A): connection exceptions, insufficient resources, errors of the system; the server is
 * stopping or starting; a statement or an idle transaction ran out of time; a server that only reads, as after a failover.
 */
const sqlStates = /^(08...|53...|58...|57P0[1-4]|57014|25P03|25006)$/;

/** What `pg` says in words only. */
const messages =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;

/** Whether the database could not do its work at all, which says nothing about what was asked of it. */
export function isDatabaseDown(error: unknown): boolean {
  // Of a host with several addresses, each of which failed.
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isDatabaseDown);
  if (!(error instanceof Error)) return false;
  const code: unknown = Reflect.get(error, "code");
  if (typeof code === "string" && (systemCodes.includes(code) || sqlStates.test(code))) return true;
  return messages.test(error.message);
}
