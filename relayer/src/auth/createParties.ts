import type { Session } from "@latchkey/sdk";
import {
  decodeFunctionResult,
  encodeFunctionData,
  isAddressEqual,
  parseAbi,
  size,
  slice,
  type Address,
  type Hex,
} from "viem";
import type { Indexer } from "../chain/createIndexer.ts";
import { requireHead } from "../chain/createSessionReader.ts";
import type { Rpc } from "../chain/createRpc.ts";
import { CallRevertedError, RpcError } from "../chain/rpcErrors.ts";
import { ProblemError } from "../problem.ts";
import type { Principal } from "./principal.ts";

export type Parties = ReturnType<typeof createParties>;

const abi = parseAbi(["function owner() view returns (address)"]);
const entriesMax = 10_000;

/** Who a session is the business of: its key, its account, and the owner the account names in the newest block. */
export function createParties({ rpc, indexer }: { rpc: Rpc; indexer: Indexer }) {
  const owners = new Map<Address, { blockHash: Hex; owner: Address | undefined }>();

  async function getOwner(account: Address): Promise<Address | undefined> {
    const { hash } = requireHead(indexer);
    const known = owners.get(account);
    if (known?.blockHash === hash) return known.owner;
    const owner = await readOwner(account, hash);
    if (owners.size >= entriesMax) owners.clear();
    owners.set(account, { blockHash: hash, owner });
    return owner;
  }

  async function readOwner(account: Address, hash: Hex): Promise<Address | undefined> {
    try {
      const answer = await rpc.call(
        { to: account, data: encodeFunctionData({ abi, functionName: "owner" }) },
        { hash },
      );
      if (size(answer) !== 32) return undefined;
      return decodeFunctionResult({ abi, functionName: "owner", data: answer });
    } catch (cause) {
      // Other kinds of account have no such function; then only the account itself speaks for itself.
      if (cause instanceof CallRevertedError) return undefined;
      if (cause instanceof RpcError) {
        throw new ProblemError("rpc-unavailable", `The owner of ${account} could not be read`, { cause });
      }
      throw cause;
    }
  }

  async function isOwner(principal: Principal | undefined, account: Address): Promise<boolean> {
    if (principal?.kind !== "address") return false;
    if (isAddressEqual(principal.address, account)) return true;
    const owner = await getOwner(account);
    return owner !== undefined && isAddressEqual(principal.address, owner);
  }

  async function isParty(
    principal: Principal | undefined,
    { sessionId, session }: { sessionId: Hex; session: Pick<Session, "account" | "signer"> },
  ): Promise<boolean> {
    if (principal === undefined) return false;
    return isKey(principal, { sessionId, session }) || isOwner(principal, session.account);
  }

  /** The session's key, or who has its credential. */
  function isKey(
    principal: Principal,
    { sessionId, session }: { sessionId: Hex; session: Pick<Session, "signer"> },
  ): boolean {
    return principal.kind === "credential" ? principal.sessionId === sessionId : isSigner(principal, session.signer);
  }

  return {
    isOwner,
    isKey,
    /** Whether the request comes from the session's key, its account or the account's owner. */
    isParty,
    /** Throws `authentication-required` or `not-a-party`. */
    async requireParty(
      principal: Principal | undefined,
      content: { sessionId: Hex; session: Pick<Session, "account" | "signer"> },
    ): Promise<Principal> {
      const known = requirePrincipal(principal);
      if (await isParty(known, content)) return known;
      throw new ProblemError(
        "not-a-party",
        `The request is signed by neither the key of the session ${content.sessionId} nor the owner of its account`,
      );
    },
  };
}

/** Throws `authentication-required` unless the request was signed. */
export function requirePrincipal(principal: Principal | undefined): Principal {
  if (principal !== undefined) return principal;
  throw new ProblemError(
    "authentication-required",
    "The request must be signed: as of ERC-8128 by an account, or as of RFC 9421 by a P-256 key or with a credential",
  );
}

/** Signers are an address, or a verifier's address and the key it takes (ERC-7913). */
function isSigner(principal: Principal, signer: Hex): boolean {
  if (principal.kind === "address") return size(signer) === 20 && isAddressEqual(principal.address, signer);
  return principal.kind === "p256" && size(signer) === 84 && slice(signer, 20) === principal.publicKey;
}
