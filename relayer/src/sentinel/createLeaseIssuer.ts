import { hashLease, packLease } from "@latchkey/sdk";
import type { Hex } from "viem";
import type { SessionContent } from "../admission/createContentStore.ts";
import type { SessionReader } from "../chain/createSessionReader.ts";
import type { Config } from "../config.ts";
import { ProblemError } from "../problem.ts";
import type { SentinelKey } from "../signers/openSentinelKey.ts";
import type { Enforcement } from "./createEnforcement.ts";
import type { Sentinel } from "./createSentinel.ts";

export type LeaseIssuer = ReturnType<typeof createLeaseIssuer>;

/** As orders carry it; good from `issuedAt`, inclusive, to `expiresAt`, exclusive, in seconds of the chain. */
export type IssuedLease = { lease: Hex; issuedAt: number; expiresAt: number };

type Deps = {
  sessionReader: SessionReader;
  sentinelKey: SentinelKey | undefined;
  enforcement: Pick<Enforcement, "getPowers">;
  sentinel: Pick<Sentinel, "isHealthy">;
  config: Pick<Config, "chainId" | "manager">;
};

/**
 * The sentinel's word that a session is healthy. While it is held, suspended or otherwise over, there is none: so the key is
 * dead on chain within the session's `leaseTtl`, whoever submits its orders.
 */
export function createLeaseIssuer({ sessionReader, sentinelKey, enforcement, sentinel, config }: Deps) {
  return {
    /** Throws `feature-unsupported`, `lease-refused`, or `rpc-unavailable` if the session's state cannot be read. */
    async issue(content: SessionContent): Promise<IssuedLease> {
      const { sessionId, session } = content;
      if (session.leaseTtl === 0) {
        throw new ProblemError("feature-unsupported", `The session ${sessionId} needs no lease: its leaseTtl is 0`);
      }
      if (sentinelKey === undefined || !enforcement.getPowers(session).canSuspend) {
        const own = sentinelKey === undefined ? "this relayer has none" : `this relayer's is ${sentinelKey.address}`;
        throw new ProblemError(
          "feature-unsupported",
          `The leases of the session ${sessionId} are its sentinel's, ${session.sentinel}, and ${own}`,
        );
      }
      const { status, block } = await sessionReader.getState(content);
      if (status !== "active") throw toRefused(`it is ${status}`);
      if (!sentinel.isHealthy(sessionId)) throw toRefused("it is held: its owner can release it");
      // The chain's time, since that is what the manager compares it with.
      const issuedAt = block.timestamp;
      const signature = await sentinelKey.sign(hashLease({ sessionId, issuedAt }, config));
      return { lease: packLease({ issuedAt, signature }), issuedAt, expiresAt: issuedAt + session.leaseTtl };
    },
  };
}

function toRefused(reason: string): ProblemError {
  return new ProblemError("lease-refused", `The sentinel gives the session no lease: ${reason}`);
}
