import { concatHex, isAddressEqual, size, slice, zeroAddress, zeroHash, type Hex } from "viem";
import { isByteHex, toAddressBytes, toFixedBytes, toSizedBytes, toUintBytes } from "./byteWriter.ts";
import { FieldInvalidError } from "./errors.ts";
import { nativeToken } from "./nativeToken.ts";
import { accountKinds, limitKinds, type Limit, type Session } from "./session.ts";

/** The canonical bytes of a session, as in `docs/encoding.md`; their keccak256 is its id. */
export function packSession(session: Session): Hex {
  const { signer, approver, limits } = session;
  if (!isByteHex(signer) || size(signer) < 20) {
    throw new FieldInvalidError("session.signer", `is ${signer}; it takes at least 20 bytes`);
  }
  if (!isByteHex(approver)) throw new FieldInvalidError("session.approver", "is not bytes in hex");
  if (limits.length > 15) throw new FieldInvalidError("session.limits", `has ${limits.length} entries; 15 at most`);
  const accountKind = accountKinds.indexOf(session.accountKind);
  if (accountKind < 0) throw new FieldInvalidError("session.accountKind", `is ${session.accountKind}`);

  const optional: readonly (readonly [bit: number, isPresent: boolean, toBytes: () => Hex])[] = [
    [0, size(signer) > 20, () => toSizedBytes(slice(signer, 20), 2, "session.signer")],
    [1, session.minInterval !== 0, () => toUintBytes(session.minInterval, 4, "session.minInterval")],
    [2, !isZero(session.relayer, "session.relayer"), () => session.relayer],
    [3, !isZero(session.sentinel, "session.sentinel"), () => session.sentinel],
    [4, session.sentinelMayRevoke, () => "0x"],
    [5, session.leaseTtl !== 0, () => toUintBytes(session.leaseTtl, 4, "session.leaseTtl")],
    [6, size(approver) > 0, () => toSizedBytes(approver, 2, "session.approver")],
    [7, session.revokeOnMisuse, () => "0x"],
    [8, toFixedBytes(session.salt, 32, "session.salt") !== zeroHash, () => session.salt],
  ];
  const present = optional.filter(([, isPresent]) => isPresent);
  const flags = present.reduce((sum, [bit]) => sum | (1 << bit), (accountKind << 9) | (limits.length << 12));

  return concatHex([
    toUintBytes(flags, 2, "session flags"),
    toAddressBytes(session.account, "session.account"),
    toUintBytes(session.validAfter, 6, "session.validAfter"),
    toUintBytes(session.epoch, 4, "session.epoch"),
    toUintBytes(session.validUntil, 6, "session.validUntil"),
    toUintBytes(session.maxOrders, 3, "session.maxOrders"),
    slice(signer, 0, 20),
    toFixedBytes(session.scopesRoot, 32, "session.scopesRoot"),
    ...limits.map((limit, index) => packLimit(limit, `session.limits[${index}]`)),
    ...present.map(([, , toBytes]) => toBytes()),
  ]).toLowerCase() as Hex;
}

function packLimit(limit: Limit, path: string): Hex {
  const kind = limitKinds.indexOf(limit.kind);
  if (kind < 0) throw new FieldInvalidError(`${path}.kind`, `is ${limit.kind}`);
  if (isZero(limit.token, `${path}.token`)) throw new FieldInvalidError(`${path}.token`, "is the zero address");
  const isNative = isAddressEqual(limit.token, nativeToken);
  const flags =
    kind | (isNative ? 1 << 2 : 0) | (limit.period !== 0 ? 1 << 3 : 0) | (limit.approveAbove !== 0n ? 1 << 4 : 0);
  return concatHex([
    toUintBytes(flags, 1, path),
    isNative ? "0x" : limit.token,
    toUintBytes(limit.amount, 13, `${path}.amount`),
    limit.period !== 0 ? toUintBytes(limit.period, 4, `${path}.period`) : "0x",
    limit.approveAbove !== 0n ? toUintBytes(limit.approveAbove, 13, `${path}.approveAbove`) : "0x",
  ]);
}

function isZero(address: string, path: string): boolean {
  return toAddressBytes(address, path) === zeroAddress;
}
