import type { Deps } from "./deps.tsx";
import type { SessionRecord } from "./sessionQueries.ts";
import { toSessionTitle } from "./sessionView.ts";
import { getSessionName } from "./storage.ts";

/** The name given in this browser, or what the key may do. */
export const toSessionName = (deps: Pick<Deps, "storage" | "tokens">, record: SessionRecord): string =>
  getSessionName(deps.storage, record.id) ?? toSessionTitle(record.scopes, deps.tokens);
