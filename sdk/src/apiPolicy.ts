import { bytesToHex, encodeAbiParameters, keccak256, stringToHex, zeroHash, type Hex } from "viem";
import { FieldInvalidError } from "./errors.ts";
import { readBoolean, readHex, readList, readNumber, readObject, readString } from "./jsonReader.ts";

/**
 * What relayers are asked to see to off chain, beside what the contract enforces. *Best effort*: a relayer that knows it
 * keeps it, nobody else does, the chain included. The session commits to its hash by `salt`.
 */
export type ApiPolicy = {
  /** Networks that orders may come from, such as `192.0.2.0/24` and `2001:db8::/32`. None: from anywhere. */
  cidrs: readonly string[];
  /** Orders a minute. 0: as many as the relayer takes. */
  ordersPerMinute: number;
  /** Whether orders must come in requests that are signed by key or owner as well (ERC-8128, P-256 or a credential). */
  requireAuthentication: boolean;
  /** 32 random bytes, since addresses could be guessed from their hash. */
  salt: Hex;
};

const cidrsMax = 64;
const tag = keccak256(stringToHex("latchkey.ApiPolicy.v1"));

/** A policy with a salt of its own; networks in the one form they are hashed in. Throws `FieldInvalidError`. */
export function createApiPolicy({
  cidrs = [],
  ordersPerMinute = 0,
  requireAuthentication = false,
  salt = bytesToHex(crypto.getRandomValues(new Uint8Array(32))),
}: Partial<ApiPolicy>): ApiPolicy {
  const canonical = new Set(cidrs.map((cidr, index) => toCidr(cidr, `policy.cidrs[${index}]`)));
  return parseApiPolicyJson({ cidrs: [...canonical], ordersPerMinute, requireAuthentication, salt });
}

/** The `salt` of a session that commits to the policy. `docs/encoding.md` says how it is made. */
export function hashApiPolicy({ cidrs, ordersPerMinute, requireAuthentication, salt }: ApiPolicy): Hex {
  return keccak256(
    encodeAbiParameters(
      [{ type: "bytes32" }, { type: "string[]" }, { type: "uint32" }, { type: "bool" }, { type: "bytes32" }],
      [tag, cidrs, ordersPerMinute, requireAuthentication, salt],
    ),
  );
}

/** As it is told to a relayer. Throws `FieldInvalidError`, also on a network that is not in its one form. */
export function parseApiPolicyJson(json: unknown): ApiPolicy {
  const names = ["cidrs", "ordersPerMinute", "requireAuthentication", "salt"];
  const fields = readObject(json, "policy", names);
  const cidrs = readList(fields["cidrs"], "policy.cidrs", readString);
  if (cidrs.length > cidrsMax) {
    throw new FieldInvalidError("policy.cidrs", `has ${cidrs.length} networks, but may have ${cidrsMax}`);
  }
  for (const [index, cidr] of cidrs.entries()) {
    const path = `policy.cidrs[${index}]`;
    const canonical = toCidr(cidr, path);
    if (cidr !== canonical) throw new FieldInvalidError(path, `is ${cidr}, which must be written ${canonical}`);
  }
  const salt = readHex(fields["salt"], "policy.salt", 32);
  if (salt === zeroHash) throw new FieldInvalidError("policy.salt", "is zero, but must be 32 random bytes");
  return {
    cidrs,
    ordersPerMinute: readNumber(fields["ordersPerMinute"], "policy.ordersPerMinute", 32),
    requireAuthentication: readBoolean(fields["requireAuthentication"], "policy.requireAuthentication"),
    salt,
  };
}

/** Address and prefix length; the address as the URL standard writes it. */
function toCidr(text: string, path: string): string {
  const [address = "", prefix = "", ...rest] = text.trim().split("/");
  const isIpv6 = address.includes(":");
  const host = isIpv6 ? `[${address}]` : address;
  const url = `http://${host}/`;
  const isAddress = isIpv6 ? /^[0-9a-fA-F:.]+$/.test(address) : /^\d{1,3}(\.\d{1,3}){3}$/.test(address);
  const isPrefix = /^(0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= (isIpv6 ? 128 : 32);
  // A leading zero would make a number octal to some and decimal to others.
  const isPlain = isIpv6 || !/(^|\.)0\d/.test(address);
  if (rest.length > 0 || !isAddress || !isPlain || !isPrefix || !URL.canParse(url)) {
    throw new FieldInvalidError(path, `is ${text}, not a network such as 192.0.2.0/24 or 2001:db8::/32`);
  }
  const { hostname } = new URL(url);
  return `${isIpv6 ? hostname.slice(1, -1) : hostname}/${prefix}`;
}
