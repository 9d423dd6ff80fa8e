import { concatHex, isAddressEqual, zeroAddress, zeroHash, type Hex } from "viem";
import { createByteReader, type ByteReader } from "./byteReader.ts";
import { EncodingError } from "./errors.ts";
import { nativeToken } from "./nativeToken.ts";
import { accountKinds, limitKinds, type Limit, type Session } from "./session.ts";

/** Reads packed bytes; throws `EncodingError` unless they are the one canonical form of a session. */
export function unpackSession(packed: Hex): Session {
  const reader = createByteReader(packed, "session");
  const flags = reader.readNumber(2);
  const has = (bit: number): boolean => ((flags >> bit) & 1) !== 0;
  if (has(11)) throw new EncodingError("The packed session sets flag 11, which means nothing");
  const accountKind = accountKinds[(flags >> 9) & 3];
  if (accountKind === undefined) throw new EncodingError("The packed session names an unknown kind of account");

  const account = reader.readAddress();
  const validAfter = reader.readNumber(6);
  const epoch = reader.readNumber(4);
  const validUntil = reader.readNumber(6);
  const maxOrders = reader.readNumber(3);
  const signerHead = reader.readBytes(20);
  const scopesRoot = reader.readBytes(32);
  const limits = Array.from({ length: flags >> 12 }, () => readLimit(reader));
  const signerRest = has(0) ? present(reader.readSizedBytes(2), "0x", "signer") : "0x";
  const minInterval = has(1) ? present(reader.readNumber(4), 0, "minInterval") : 0;
  const relayer = has(2) ? present(reader.readAddress(), zeroAddress, "relayer") : zeroAddress;
  const sentinel = has(3) ? present(reader.readAddress(), zeroAddress, "sentinel") : zeroAddress;
  const leaseTtl = has(5) ? present(reader.readNumber(4), 0, "leaseTtl") : 0;
  const approver = has(6) ? present(reader.readSizedBytes(2), "0x", "approver") : "0x";
  const salt = has(8) ? present(reader.readBytes(32), zeroHash, "salt") : zeroHash;
  reader.end();

  return {
    account,
    accountKind,
    signer: concatHex([signerHead, signerRest]),
    validAfter,
    validUntil,
    maxOrders,
    minInterval,
    epoch,
    relayer,
    sentinel,
    sentinelMayRevoke: has(4),
    leaseTtl,
    approver,
    revokeOnMisuse: has(7),
    scopesRoot,
    salt,
    limits,
  };
}

function readLimit(reader: ByteReader): Limit {
  const flags = reader.readNumber(1);
  if (flags >> 5 !== 0) throw new EncodingError("A packed limit sets flags that mean nothing");
  const kind = limitKinds[flags & 3];
  if (kind === undefined) throw new EncodingError("A packed limit is of an unknown kind");
  const isNative = (flags & 4) !== 0;
  const token = isNative ? nativeToken : present(reader.readAddress(), zeroAddress, "limit token");
  if (!isNative && isAddressEqual(token, nativeToken)) {
    throw new EncodingError("A packed limit spells out the native token, which has a flag");
  }
  return {
    token,
    amount: reader.readBigint(13),
    period: (flags & 8) !== 0 ? present(reader.readNumber(4), 0, "limit period") : 0,
    approveAbove: (flags & 16) !== 0 ? present(reader.readBigint(13), 0n, "limit approveAbove") : 0n,
    kind,
  };
}

/** A field whose flag is set must not hold what an absent field means: one session, one id. */
function present<T>(value: T, absent: T, field: string): T {
  if (value === absent) throw new EncodingError(`The packed session flags its ${field} as present, but it is empty`);
  return value;
}
