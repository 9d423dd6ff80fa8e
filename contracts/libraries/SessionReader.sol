// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";
import {SessionLayout} from "./SessionLayout.sol";

/// @dev A packed session, read. Places are offsets into calldata.
struct SessionView {
    bytes32 id;
    /// Where the packed session is: fields that are needed once are read there.
    uint256 place;
    uint256 flags;
    address account;
    uint256 validAfter;
    /// The first 20 bytes of the signer.
    address signer;
    LimitView[] limits;
    /// What follows is 0 if absent. The signer beyond its first 20 bytes:
    uint256 signerTailAt;
    uint256 signerTailLength;
    uint256 minInterval;
    address relayer;
    address sentinel;
    uint256 leaseTtl;
    uint256 approverAt;
    uint256 approverLength;
}

/// @dev A packed limit, read, with room for what an order does to it.
struct LimitView {
    address token;
    ISessionTypes.LimitKind kind;
    uint256 amount;
    /// Index of the period that `now` falls into; 0 for a lifetime.
    uint256 period;
    uint256 approveAbove;
    /// Gross and net: spend in that period. Inventory: what is held.
    uint256 spent;
    /// What the order's calls were charged so far, if gross.
    uint256 charged;
    /// The account's balance before the order, and before the call being measured.
    uint256 balanceAtStart;
    uint256 balance;
}

/// @title Reading packed sessions
/// @dev At use nothing here is a security check: a session runs only if the hash of its bytes was granted, and only
/// `SessionPacker` produces granted bytes.
library SessionReader {
    uint256 private constant LIMIT_WORDS = 9;

    /// @notice Reads the packed session of `length` bytes at `place`; reverts with `EncodingInvalid` unless it ends exactly
    /// where the layout says.
    /// @dev Of the limits, what an order does to them is left unwritten, and period indices are those of `now_`.
    /// @param session Filled; must be as new.
    function read(uint256 place, uint256 length, uint256 now_, SessionView memory session) internal pure {
        if (length < SessionLayout.HEADER) revert ISessionErrors.EncodingInvalid();
        uint256 head = CalldataReader.word(place);
        uint256 flags = head >> 240;
        uint256 validAfter = uint48(head >> 32);
        session.id = CalldataReader.hash(place, length);
        session.place = place;
        session.flags = flags;
        session.account = address(uint160(head >> 80));
        session.validAfter = validAfter;

        // Every step adds at most 65,537 to the cursor, and there are at most 22 steps.
        unchecked {
            session.signer = CalldataReader.addressAt(place + SessionLayout.SIGNER_AT);
            uint256 cursor = place + SessionLayout.HEADER;
            uint256 elapsed = now_ > validAfter ? now_ - validAfter : 0;
            LimitView[] memory limits = _allocate(flags >> SessionLayout.LIMITS_SHIFT);
            session.limits = limits;
            for (uint256 i; i < limits.length; ++i) {
                cursor = _readLimit(cursor, elapsed, limits[i]);
            }
            if (flags & SessionLayout.OPTIONAL_FIELDS != 0) cursor = _readOptional(cursor, flags, session);
            if (cursor != place + length) revert ISessionErrors.EncodingInvalid();
        }
    }

    function validUntil(SessionView memory session) internal pure returns (uint48) {
        return uint48(_field(session, SessionLayout.VALID_UNTIL_AT, 6));
    }

    function epoch(SessionView memory session) internal pure returns (uint32) {
        return uint32(_field(session, SessionLayout.EPOCH_AT, 4));
    }

    function maxOrders(SessionView memory session) internal pure returns (uint24) {
        return uint24(_field(session, SessionLayout.MAX_ORDERS_AT, 3));
    }

    function scopesRoot(SessionView memory session) internal pure returns (bytes32) {
        return bytes32(_field(session, SessionLayout.SCOPES_ROOT_AT, 32));
    }

    function accountKind(SessionView memory session) internal pure returns (ISessionTypes.AccountKind) {
        return
            ISessionTypes.AccountKind(
                (session.flags >> SessionLayout.ACCOUNT_KIND_SHIFT) & SessionLayout.ACCOUNT_KIND_MASK
            );
    }

    function _field(SessionView memory session, uint256 offset, uint256 size) private pure returns (uint256) {
        unchecked {
            return CalldataReader.number(session.place + offset, size);
        }
    }

    function _readOptional(uint256 cursor, uint256 flags, SessionView memory session) private pure returns (uint256) {
        // As in `read`.
        unchecked {
            if (flags & SessionLayout.LONG_SIGNER != 0) {
                session.signerTailLength = CalldataReader.number(cursor, 2);
                session.signerTailAt = cursor + 2;
                cursor += 2 + session.signerTailLength;
            }
            if (flags & SessionLayout.MIN_INTERVAL != 0) {
                session.minInterval = CalldataReader.number(cursor, 4);
                cursor += 4;
            }
            if (flags & SessionLayout.RELAYER != 0) {
                session.relayer = CalldataReader.addressAt(cursor);
                cursor += 20;
            }
            if (flags & SessionLayout.SENTINEL != 0) {
                session.sentinel = CalldataReader.addressAt(cursor);
                cursor += 20;
            }
            if (flags & SessionLayout.LEASE_TTL != 0) {
                session.leaseTtl = CalldataReader.number(cursor, 4);
                cursor += 4;
            }
            if (flags & SessionLayout.APPROVER != 0) {
                session.approverLength = CalldataReader.number(cursor, 2);
                session.approverAt = cursor + 2;
                cursor += 2 + session.approverLength;
            }
            if (flags & SessionLayout.SALT != 0) cursor += 32;
            return cursor;
        }
    }

    /// @dev Fields are written before they are read: the session's here, the order's by `Meter`.
    function _allocate(uint256 count) private pure returns (LimitView[] memory limits) {
        uint256 size = 32 * LIMIT_WORDS;
        // new LimitView[](count), which takes memory once more for each limit and clears it.
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
                limit := add(limit, size)
            }
            mstore(0x40, limit)
        }
    }

    function _readLimit(uint256 cursor, uint256 elapsed, LimitView memory limit) private pure returns (uint256) {
        // As in `read`: the cursor stays far below 2^256. A period field is never 0 in a granted session; in bytes
        // that were never granted, 0 reads as a lifetime.
        unchecked {
            uint256 flags = CalldataReader.number(cursor, 1);
            cursor += 1;
            // Three kinds in two bits: bytes with the fourth were never granted.
            if (flags & SessionLayout.LIMIT_KIND_MASK == 3) revert ISessionErrors.EncodingInvalid();
            limit.kind = ISessionTypes.LimitKind(flags & SessionLayout.LIMIT_KIND_MASK);
            if (flags & SessionLayout.LIMIT_NATIVE != 0) {
                limit.token = NATIVE_TOKEN;
            } else {
                limit.token = CalldataReader.addressAt(cursor);
                cursor += 20;
            }
            limit.amount = CalldataReader.number(cursor, 13);
            cursor += 13;
            uint256 index;
            if (flags & SessionLayout.LIMIT_PERIOD != 0) {
                uint256 period = CalldataReader.number(cursor, 4);
                if (period != 0) index = elapsed / period;
                cursor += 4;
            }
            limit.period = index;
            uint256 approveAbove;
            if (flags & SessionLayout.LIMIT_APPROVE_ABOVE != 0) {
                approveAbove = CalldataReader.number(cursor, 13);
                cursor += 13;
            }
            limit.approveAbove = approveAbove;
            return cursor;
        }
    }
}
