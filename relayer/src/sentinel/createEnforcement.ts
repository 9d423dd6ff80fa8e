import {
  encodeReportMisuse,
  encodeRevokeWithSignature,
  encodeSuspendWithSignature,
  hashControl,
  sessionManagerAbi,
  type Session,
  type SignedOrder,
} from "@latchkey/sdk";
import { decodeFunctionResult, encodeFunctionData, isAddressEqual, type Address, type Hex } from "viem";
import type { ContentStore, SessionContent } from "../admission/createContentStore.ts";
import type { Rpc } from "../chain/createRpc.ts";
import { RpcError } from "../chain/rpcErrors.ts";
import type { Config } from "../config.ts";
import type { Db } from "../db/chainRows.ts";
import { insertControl, type ControlRow } from "../db/controlRows.ts";
import type { SentinelKey } from "../signers/openSentinelKey.ts";

export type Enforcement = ReturnType<typeof createEnforcement>;

type Deps = {
  rpc: Pick<Rpc, "call" | "getBlock">;
  contents: Pick<ContentStore, "get">;
  sentinelKey: SentinelKey | undefined;
  config: Pick<Config, "chainId" | "manager">;
};

/** For which a message of the sentinel's may be used, in seconds of the chain. */
const validSeconds = 600;

/** What the sentinel does on chain: it signs, and a lane sends. Gas is the operator's, whatever the account's budget. */
export function createEnforcement({ rpc, contents, sentinelKey, config }: Deps) {
  const { chainId, manager } = config;

  async function getControlNonce(account: Address): Promise<number> {
    const abi = sessionManagerAbi;
    const data = encodeFunctionData({ abi, functionName: "accountStateOf", args: [account] });
    const answer = await rpc.call({ to: manager, data }, "latest");
    return decodeFunctionResult({ abi, functionName: "accountStateOf", data: answer }).controlNonce;
  }

  return {
    /** What the session lets this relayer's sentinel do. */
    getPowers({ sentinel, sentinelMayRevoke }: Pick<Session, "sentinel" | "sentinelMayRevoke">) {
      const isOurs = sentinelKey !== undefined && isAddressEqual(sentinel, sentinelKey.address);
      return { canSuspend: isOurs, canRevoke: isOurs && sentinelMayRevoke };
    },

    /** Has the session suspended or revoked. */
    async end(tx: Db, { sessionId, session }: SessionContent, rung: "suspend" | "revoke"): Promise<void> {
      const kind = rung === "suspend" ? "sentinel-suspend" : "sentinel-revoke";
      await insertControl(tx, chainId, { kind, account: session.account, sessionId, data: null });
    },

    /** Has an order shown to the manager that its key should not have signed. Whether that is new. */
    async reportMisuse(
      tx: Db,
      { sessionId, session, scopes }: SessionContent,
      { order, signature }: SignedOrder,
    ): Promise<boolean> {
      const data = encodeReportMisuse({ session, order, signature, scopes });
      const kind = "report-misuse";
      return (await insertControl(tx, chainId, { kind, account: session.account, sessionId, data })).isNew;
    },

    /** The calldata of a suspension or revocation, signed now; nothing without the key. Throws `RpcError` and `SignerError`. */
    async signControl({ kind, session_id }: ControlRow): Promise<Hex | undefined> {
      const { sessionId, session } = await contents.get(session_id as Hex);
      // The operator may have taken the key away meanwhile, or put another one in its place.
      if (sentinelKey === undefined || !isAddressEqual(session.sentinel, sentinelKey.address)) return undefined;
      const block = await rpc.getBlock("latest");
      if (block === undefined) throw new RpcError("eth_getBlock", "The node has no block");
      const { account } = session;
      const controlNonce = await getControlNonce(account);
      const deadline = block.timestamp + validSeconds;
      const type = kind === "sentinel-suspend" ? "Suspend" : "Revoke";
      const digest = hashControl({ type, account, sessionId, controlNonce, deadline }, { chainId, manager });
      const control = { controlNonce, deadline, signature: await sentinelKey.sign(digest) };
      return type === "Suspend"
        ? encodeSuspendWithSignature(session, control)
        : encodeRevokeWithSignature(session, control);
    },
  };
}
