// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionManager} from "../interfaces/ISessionManager.sol";
import {CalldataBytes} from "./CalldataBytes.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";
import {PackedWriter} from "./PackedWriter.sol";

/// @dev A packed session, read.
struct SessionView {
    bytes32 id;
    address account;
    uint48 validAfter;
    uint48 validUntil;
    uint32 epoch;
    uint24 maxOrders;
    uint32 minInterval;
    address signer;
    address relayer;
    bytes32 scopesRoot;
    LimitView[] limits;
}

/// @dev A packed limit, read, with room for what an order does to it.
struct LimitView {
    address token;
    uint256 amount;
    /// Index of the period that `now` falls into; 0 for a lifetime limit.
    uint256 period;
    /// Spend in that period before the order, then with it.
    uint256 spent;
    /// The account's balance before the call being measured.
    uint256 balance;
}

/// @title Packing and reading sessions
/// @dev The layout is in `docs/encoding.md`. At use nothing here is a security check: a session runs only if the hash of
/// its bytes was granted, and only `pack` produces granted bytes.
library SessionCodec {
    using CalldataBytes for bytes;
    using PackedWriter for uint256;

    uint256 internal constant HEADER = 93;
    uint256 internal constant MAX_LIMITS = 15;
    /// @dev The 20 bytes of the header and a 16-bit length of more.
    uint256 private constant MAX_SIGNER = 20 + 65_535;

    uint256 private constant LONG_SIGNER = 1 << 0;
    uint256 private constant MIN_INTERVAL = 1 << 1;
    uint256 private constant RELAYER = 1 << 2;
    uint256 private constant SENTINEL = 1 << 3;
    uint256 private constant SENTINEL_MAY_REVOKE = 1 << 4;
    uint256 private constant LEASE_TTL = 1 << 5;
    uint256 private constant APPROVER = 1 << 6;
    uint256 private constant REVOKE_ON_MISUSE = 1 << 7;
    uint256 private constant SALT = 1 << 8;
    /// @dev The fields behind the limits.
    uint256 private constant OPTIONAL_FIELDS =
        LONG_SIGNER | MIN_INTERVAL | RELAYER | SENTINEL | LEASE_TTL | APPROVER | SALT;
    uint256 private constant ACCOUNT_KIND_SHIFT = 9;
    uint256 private constant LIMITS_SHIFT = 12;

    uint256 private constant LIMIT_NATIVE = 1 << 2;
    uint256 private constant LIMIT_PERIOD = 1 << 3;
    uint256 private constant LIMIT_APPROVE_ABOVE = 1 << 4;

    /// @notice The canonical bytes of `session`. Reverts on what the layout cannot hold.
    function pack(ISessionManager.Session calldata session) internal pure returns (bytes memory) {
        bytes calldata signer = session.signer;
        if (signer.length < 20 || signer.length > MAX_SIGNER) {
            revert ISessionManager.SignerInvalid(signer);
        }
        if (session.limits.length > MAX_LIMITS) {
            revert ISessionManager.TooManyLimits(session.limits.length, MAX_LIMITS);
        }
        bytes calldata approver = session.approver;
        if (approver.length > type(uint16).max) revert ISessionManager.EncodingInvalid();

        uint256 cursor = PackedWriter.begin();
        cursor = cursor.put(_flags(session), 2);
        cursor = cursor.put(uint160(session.account), 20);
        cursor = cursor.put(session.validAfter, 6);
        cursor = cursor.put(session.epoch, 4);
        cursor = cursor.put(session.validUntil, 6);
        cursor = cursor.put(session.maxOrders, 3);
        cursor = cursor.put(signer[:20]);
        cursor = cursor.put(uint256(session.scopesRoot), 32);
        for (uint256 i; i < session.limits.length; ++i) {
            cursor = _putLimit(cursor, session.limits[i]);
        }
        if (signer.length > 20) cursor = cursor.put(signer.length - 20, 2).put(signer[20:]);
        if (session.minInterval != 0) cursor = cursor.put(session.minInterval, 4);
        if (session.relayer != address(0)) cursor = cursor.put(uint160(session.relayer), 20);
        if (session.sentinel != address(0)) cursor = cursor.put(uint160(session.sentinel), 20);
        if (session.leaseTtl != 0) cursor = cursor.put(session.leaseTtl, 4);
        if (approver.length != 0) cursor = cursor.put(approver.length, 2).put(approver);
        if (session.salt != 0) cursor = cursor.put(uint256(session.salt), 32);
        return cursor.finish();
    }

    /// @notice Reads packed bytes; reverts with `EncodingInvalid` unless they end exactly where the layout says.
    /// @dev Spend and balance of the limits are left unwritten, and period indices are those of `now_`.
    /// @param session Filled; must be as new.
    function read(bytes calldata packed, uint256 now_, SessionView memory session) internal pure {
        if (packed.length < HEADER) revert ISessionManager.EncodingInvalid();
        uint256 flags = packed.number(0, 2);
        session.id = packed.hash();
        session.account = packed.addressAt(2);
        session.validAfter = uint48(packed.number(22, 6));
        session.epoch = uint32(packed.number(28, 4));
        session.validUntil = uint48(packed.number(32, 6));
        session.maxOrders = uint24(packed.number(38, 3));
        session.signer = packed.addressAt(41);
        session.scopesRoot = packed.word(61);

        // Every step adds at most 65,537 to the cursor, and there are at most 22 steps.
        unchecked {
            uint256 cursor = HEADER;
            uint256 elapsed = now_ > session.validAfter ? now_ - session.validAfter : 0;
            LimitView[] memory limits = _allocate(flags >> LIMITS_SHIFT);
            session.limits = limits;
            for (uint256 i; i < limits.length; ++i) {
                cursor = _readLimit(packed, cursor, elapsed, limits[i]);
            }
            if (flags & OPTIONAL_FIELDS != 0) cursor = _readOptional(packed, cursor, flags, session);
            if (cursor != packed.length) revert ISessionManager.EncodingInvalid();
        }
    }

    function _readOptional(
        bytes calldata packed,
        uint256 cursor,
        uint256 flags,
        SessionView memory session
    ) private pure returns (uint256) {
        // As in `read`.
        unchecked {
            if (flags & LONG_SIGNER != 0) cursor += 2 + packed.number(cursor, 2);
            if (flags & MIN_INTERVAL != 0) {
                session.minInterval = uint32(packed.number(cursor, 4));
                cursor += 4;
            }
            if (flags & RELAYER != 0) {
                session.relayer = packed.addressAt(cursor);
                cursor += 20;
            }
            if (flags & SENTINEL != 0) cursor += 20;
            if (flags & LEASE_TTL != 0) cursor += 4;
            if (flags & APPROVER != 0) cursor += 2 + packed.number(cursor, 2);
            if (flags & SALT != 0) cursor += 32;
            return cursor;
        }
    }

    /// @dev All fields are written before they are read: token, amount and period here, spend and balance by `Meter`.
    function _allocate(uint256 count) private pure returns (LimitView[] memory limits) {
        // new LimitView[](count), which takes memory once a limit and clears it.
        assembly ("memory-safe") {
            limits := mload(0x40)
            mstore(limits, count)
            let pointer := add(limits, 0x20)
            let limit := add(pointer, mul(count, 0x20))
            for {
                let end := limit
            } lt(pointer, end) {
                pointer := add(pointer, 0x20)
            } {
                mstore(pointer, limit)
                limit := add(limit, 0xa0)
            }
            mstore(0x40, limit)
        }
    }

    function _readLimit(
        bytes calldata packed,
        uint256 cursor,
        uint256 elapsed,
        LimitView memory limit
    ) private pure returns (uint256) {
        // As in `read`: the cursor stays far below 2^256. A period field is never 0 in a granted session; in bytes
        // that were never granted, 0 reads as a lifetime.
        unchecked {
            uint256 flags = packed.number(cursor, 1);
            cursor += 1;
            if (flags & LIMIT_NATIVE != 0) {
                limit.token = NATIVE_TOKEN;
            } else {
                limit.token = packed.addressAt(cursor);
                cursor += 20;
            }
            limit.amount = packed.number(cursor, 13);
            cursor += 13;
            uint256 index;
            if (flags & LIMIT_PERIOD != 0) {
                uint256 period = packed.number(cursor, 4);
                if (period != 0) index = elapsed / period;
                cursor += 4;
            }
            limit.period = index;
            if (flags & LIMIT_APPROVE_ABOVE != 0) cursor += 13;
            return cursor;
        }
    }

    function _flags(ISessionManager.Session calldata session) private pure returns (uint256 flags) {
        if (session.signer.length > 20) flags |= LONG_SIGNER;
        if (session.minInterval != 0) flags |= MIN_INTERVAL;
        if (session.relayer != address(0)) flags |= RELAYER;
        if (session.sentinel != address(0)) flags |= SENTINEL;
        if (session.sentinelMayRevoke) flags |= SENTINEL_MAY_REVOKE;
        if (session.leaseTtl != 0) flags |= LEASE_TTL;
        if (session.approver.length != 0) flags |= APPROVER;
        if (session.revokeOnMisuse) flags |= REVOKE_ON_MISUSE;
        if (session.salt != 0) flags |= SALT;
        flags |= uint256(session.accountKind) << ACCOUNT_KIND_SHIFT;
        flags |= session.limits.length << LIMITS_SHIFT;
    }

    function _putLimit(uint256 cursor, ISessionManager.Limit calldata limit) private pure returns (uint256) {
        bool native = limit.token == NATIVE_TOKEN;
        uint256 flags = uint256(limit.kind);
        if (native) flags |= LIMIT_NATIVE;
        if (limit.period != 0) flags |= LIMIT_PERIOD;
        if (limit.approveAbove != 0) flags |= LIMIT_APPROVE_ABOVE;
        cursor = cursor.put(flags, 1);
        if (!native) cursor = cursor.put(uint160(limit.token), 20);
        cursor = cursor.put(limit.amount, 13);
        if (limit.period != 0) cursor = cursor.put(limit.period, 4);
        if (limit.approveAbove != 0) cursor = cursor.put(limit.approveAbove, 13);
        return cursor;
    }
}
