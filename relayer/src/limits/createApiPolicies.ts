import { hashApiPolicy, parseApiPolicyJson, type ApiPolicy } from "@latchkey/sdk";
import ipaddr from "ipaddr.js";
import type { Kysely } from "kysely";
import { zeroHash, type Hex } from "viem";
import type { SessionContent } from "../admission/createContentStore.ts";
import { requirePrincipal, type Parties } from "../auth/createParties.ts";
import type { Principal } from "../auth/principal.ts";
import type { Config } from "../config.ts";
import { createBoundedMap } from "../createBoundedMap.ts";
import { getApiPolicy, insertApiPolicy, listNewApiPolicies } from "../db/apiPolicyRows.ts";
import type { Db } from "../db/chainRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";

export type ApiPolicies = ReturnType<typeof createApiPolicies>;

/** Who sends a request, as far as the server knows. */
export type Caller = {
  principal: Principal | undefined;
  /** The client's address: the connection's, or what a trusted proxy says. */
  source: string | undefined;
};

/** A policy as it is kept. */
export type KeptPolicy = {
  policy: ApiPolicy;
  networks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
  /** Nothing: as many as this relayer takes. */
  ordersPerMinute: number | undefined;
};

type Deps = {
  db: Kysely<Database>;
  parties: Pick<Parties, "requireParty">;
  config: Pick<Config, "chainId">;
};

const entriesMax = 10_000;
/** What was told in the last minute is read again and again, so that none is missed that another instance was slow to commit. */
const newMs = 60_000;

/**
 * What sessions ask of relayers beside what the contract enforces: networks, a rate, signed requests. Best effort. A session
 * commits to its policy by its salt; whether a salt is a commitment or just a number cannot be told, so until the policy is
 * told the session has none.
 */
export function createApiPolicies({ db, parties, config: { chainId } }: Deps) {
  const kept = createBoundedMap<Hex, KeptPolicy>(entriesMax);
  /** Sessions without a policy, as far as the database knew and nobody has told since. */
  const absent = createBoundedMap<Hex, true>(entriesMax);

  async function find(sessionId: Hex): Promise<KeptPolicy | undefined> {
    const known = kept.get(sessionId);
    if (known !== undefined) return known;
    if (absent.get(sessionId) === true) return undefined;
    const text = await getApiPolicy(db, chainId, sessionId);
    // Meanwhile it may have been told.
    const told = kept.get(sessionId);
    if (told !== undefined) return told;
    if (text !== undefined) return keep(sessionId, parseApiPolicyJson(JSON.parse(text)));
    absent.set(sessionId, true);
    return undefined;
  }

  function keep(sessionId: Hex, policy: ApiPolicy): KeptPolicy {
    const networks = policy.cidrs.map((cidr) => ipaddr.parseCIDR(cidr));
    const entry = { policy, networks, ordersPerMinute: policy.ordersPerMinute || undefined };
    kept.set(sessionId, entry);
    absent.delete(sessionId);
    return entry;
  }

  return {
    find,

    /** Whether the session may have a policy at all. */
    isCommitted: ({ session }: Pick<SessionContent, "session">): boolean => session.salt !== zeroHash,

    /** Throws unless `policy` is what the session's salt commits to. */
    checkCommitment({ sessionId, session }: Pick<SessionContent, "sessionId" | "session">, policy: ApiPolicy): void {
      const hash = hashApiPolicy(policy);
      if (hash === session.salt) return;
      throw new ProblemError(
        "policy-mismatch",
        `The policy hashes to ${hash}, but the salt of the session ${sessionId} is ${session.salt}`,
      );
    },

    async put(tx: Db, sessionId: Hex, policy: ApiPolicy): Promise<void> {
      await insertApiPolicy(tx, chainId, sessionId, JSON.stringify(policy));
    },

    /** To be called when what was put is committed. */
    keep,

    /** Learns of what other instances were told. To be called every second. */
    async refresh(): Promise<void> {
      try {
        for (const { session_id, policy } of await listNewApiPolicies(db, chainId, newMs)) {
          if (kept.get(session_id as Hex) === undefined)
            keep(session_id as Hex, parseApiPolicyJson(JSON.parse(policy)));
        }
      } catch (error) {
        // Of what was told meanwhile nothing is known.
        absent.clear();
        throw error;
      }
    },

    /**
     * The session's policy, if it is known, once the caller keeps it. Throws `source-not-allowed`,
     * `authentication-required` or `not-a-party`. The rate is counted after the order's signature.
     */
    async check(content: SessionContent, { principal, source }: Caller): Promise<KeptPolicy | undefined> {
      const entry = await find(content.sessionId);
      if (entry === undefined) return undefined;
      checkSource(content, entry, source);
      if (entry.policy.requireAuthentication) await parties.requireParty(requirePrincipal(principal), content);
      return entry;
    },
  };
}

function checkSource(
  { sessionId }: SessionContent,
  { policy, networks }: KeptPolicy,
  source: string | undefined,
): void {
  if (networks.length === 0) return;
  if (source !== undefined && ipaddr.isValid(source)) {
    // An IPv4 client of a socket for both is itself.
    const address = ipaddr.process(source);
    if (networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))) return;
  }
  const sentence = `The API policy of the session ${sessionId} takes orders only from ${policy.cidrs.join(", ")}, and this one comes from ${source ?? "nowhere"}.`;
  throw new ProblemError("source-not-allowed", sentence, {
    rule: { name: "SourceNotAllowed", args: [sessionId, source ?? null], sentence },
  });
}
