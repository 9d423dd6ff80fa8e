import {
  getScopeProof,
  hashPackedScope,
  hashSession,
  packScope,
  packSession,
  toRootOfProof,
  toScopesRoot,
  unpackScope,
  unpackSession,
  type Scope,
  type Session,
} from "@latchkey/sdk";
import type { Kysely } from "kysely";
import type { Hex } from "viem";
import { createBoundedMap } from "../createBoundedMap.ts";
import { insertSession, type Db } from "../db/chainRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";

/** A scope of a session, whose proof has been checked against the session's root. */
export type ProvenScope = { scope: Scope; packed: Hex; proof: readonly Hex[] };

/** What a session says. Its id is its hash, so it never changes. */
export type SessionContent = {
  sessionId: Hex;
  session: Session;
  scopes: readonly Scope[];
  packedSession: Hex;
  /** The scope of a leaf. Its proof is made and checked at its first use. */
  getScope: (leaf: Hex) => ProvenScope | undefined;
};

export type ContentStore = ReturnType<typeof createContentStore>;

type ContentInput = { session: Session; scopes: readonly Scope[] };

const entriesMax = 10_000;

/** Throws `session-content-mismatch` unless the content is what the id commits to. */
export function checkSessionContent(sessionId: Hex, { session, scopes }: ContentInput): void {
  const hash = hashSession(session);
  if (hash !== sessionId) {
    throw new ProblemError("session-content-mismatch", `The session hashes to ${hash}, not to ${sessionId}`);
  }
  const root = toScopesRoot(scopes);
  if (root !== session.scopesRoot) {
    throw new ProblemError(
      "session-content-mismatch",
      `The scopes hash to ${root}, but the session commits to ${session.scopesRoot}`,
    );
  }
}

/** Contents by id: from `SessionGranted`, or told by anyone and proven by the id. */
export function createContentStore({ db, config }: { db: Kysely<Database>; config: { chainId: number } }) {
  const { chainId } = config;
  const entries = createBoundedMap<Hex, SessionContent>(entriesMax);

  async function find(sessionId: Hex): Promise<SessionContent | undefined> {
    const known = entries.get(sessionId);
    if (known !== undefined) return known;
    const row = await db
      .selectFrom("sessions")
      .select(["session", "scopes"])
      .where("chain_id", "=", chainId)
      .where("session_id", "=", sessionId)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const content = toContent(sessionId, row.session as Hex, JSON.parse(row.scopes) as Hex[]);
    entries.set(sessionId, content);
    return content;
  }

  return {
    /** Nothing if the relayer has not seen the session. */
    find,

    async get(sessionId: Hex): Promise<SessionContent> {
      const content = await find(sessionId);
      if (content !== undefined) return content;
      throw new ProblemError("session-unknown", `The relayer has not seen the session ${sessionId}`);
    },

    /** Content that `checkSessionContent` has passed. */
    async put(sessionId: Hex, { session, scopes }: ContentInput, tx: Db = db): Promise<void> {
      await insertSession(tx, chainId, {
        sessionId,
        account: session.account,
        session: packSession(session),
        scopes: scopes.map(packScope),
      });
    },

    /** Ids of the account's sessions, newest first. */
    async listOfAccount(account: string, limit: number): Promise<Hex[]> {
      const rows = await db
        .selectFrom("sessions")
        .select("session_id")
        .where("chain_id", "=", chainId)
        .where("account", "=", account)
        .orderBy("created_at", "desc")
        .orderBy("session_id")
        .limit(limit)
        .execute();
      return rows.map(({ session_id }) => session_id as Hex);
    },
  };
}

function toContent(sessionId: Hex, packedSession: Hex, packedScopes: readonly Hex[]): SessionContent {
  const session = unpackSession(packedSession);
  const scopes = packedScopes.map(unpackScope);
  let indexOfLeaf: Map<Hex, number> | undefined;
  const proven = new Map<Hex, ProvenScope>();
  return {
    sessionId,
    session,
    scopes,
    packedSession,
    getScope(leaf) {
      const known = proven.get(leaf);
      if (known !== undefined) return known;
      indexOfLeaf ??= new Map(packedScopes.map((packed, index) => [hashPackedScope(packed), index]));
      const index = indexOfLeaf.get(leaf);
      const [scope, packed] = index === undefined ? [] : [scopes[index], packedScopes[index]];
      if (scope === undefined || packed === undefined) return undefined;
      const proof = getScopeProof(scopes, leaf);
      if (toRootOfProof(leaf, proof) !== session.scopesRoot) return undefined;
      const entry = { scope, packed, proof };
      proven.set(leaf, entry);
      return entry;
    },
  };
}
