// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";
import {PackedWriter} from "./PackedWriter.sol";
import {SessionLayout} from "./SessionLayout.sol";
import {TypedWords} from "./TypedWords.sol";

/// @title Packing sessions
/// @dev The layout is in `docs/encoding.md`.
library SessionPacker {
    using CalldataReader for bytes;
    using PackedWriter for uint256;
    using TypedWords for ISessionTypes.Session;
    using TypedWords for uint256;

    /// @notice The canonical bytes of `session`. Reverts on what the layout cannot hold.
    function pack(ISessionTypes.Session calldata session) internal pure returns (bytes memory) {
        ISessionTypes.Limit[] calldata limits = session.limits;
        TypedWords.check(session, limits);
        return write(session, session.signer, session.approver, limits, PackedWriter.begin()).finish();
    }

    /// @notice Writes the canonical bytes of `session`, whose words are checked. Reverts on what the layout cannot hold.
    /// @param signer Of the session, as are `approver` and `limits`: Solidity checks on every read of them where they lie.
    /// @param cursor Where the first byte goes.
    /// @return Where the next byte goes.
    function write(
        ISessionTypes.Session calldata session,
        bytes calldata signer,
        bytes calldata approver,
        ISessionTypes.Limit[] calldata limits,
        uint256 cursor
    ) internal pure returns (uint256) {
        if (signer.length < 20 || signer.length > SessionLayout.MAX_SIGNER) {
            revert ISessionErrors.SignerInvalid(signer);
        }
        if (limits.length > SessionLayout.MAX_LIMITS) {
            revert ISessionErrors.TooManyLimits(limits.length, SessionLayout.MAX_LIMITS);
        }
        if (approver.length > type(uint16).max) revert ISessionErrors.EncodingInvalid();

        uint256 flags = _flags(session);
        if (signer.length > 20) flags |= SessionLayout.LONG_SIGNER;
        if (approver.length != 0) flags |= SessionLayout.APPROVER;
        flags |= limits.length << SessionLayout.LIMITS_SHIFT;
        cursor = cursor.put(
            (flags << 240) |
                (session.word(TypedWords.ACCOUNT) << 80) |
                (session.word(TypedWords.VALID_AFTER) << 32) |
                session.word(TypedWords.EPOCH),
            32
        );
        cursor = cursor.put(
            (session.word(TypedWords.VALID_UNTIL) << 184) |
                (session.word(TypedWords.MAX_ORDERS) << 160) |
                uint160(CalldataReader.addressAt(signer.start())),
            29
        );
        cursor = cursor.put(session.word(TypedWords.SCOPES_ROOT), 32);
        // All limits lie in calldata.
        unchecked {
            uint256 limit = TypedWords.placeOf(limits);
            uint256 end = limit + limits.length * TypedWords.LIMIT_SIZE;
            for (; limit != end; limit += TypedWords.LIMIT_SIZE) cursor = _putLimit(cursor, limit);
        }
        if (flags & SessionLayout.OPTIONAL_FIELDS == 0) return cursor;
        return _putOptions(session, signer, approver, flags, cursor);
    }

    function _putOptions(
        ISessionTypes.Session calldata session,
        bytes calldata signer,
        bytes calldata approver,
        uint256 flags,
        uint256 cursor
    ) private pure returns (uint256) {
        if (flags & SessionLayout.LONG_SIGNER != 0) cursor = cursor.put(signer.length - 20, 2).put(signer[20:]);
        if (flags & SessionLayout.MIN_INTERVAL != 0) cursor = cursor.put(session.word(TypedWords.MIN_INTERVAL), 4);
        if (flags & SessionLayout.RELAYER != 0) cursor = cursor.put(session.word(TypedWords.RELAYER), 20);
        if (flags & SessionLayout.SENTINEL != 0) cursor = cursor.put(session.word(TypedWords.SENTINEL), 20);
        if (flags & SessionLayout.LEASE_TTL != 0) cursor = cursor.put(session.word(TypedWords.LEASE_TTL), 4);
        if (flags & SessionLayout.APPROVER != 0) cursor = cursor.put(approver.length, 2).put(approver);
        if (flags & SessionLayout.SALT != 0) cursor = cursor.put(session.word(TypedWords.SALT), 32);
        return cursor;
    }

    /// @dev Of the members that are one word.
    function _flags(ISessionTypes.Session calldata session) private pure returns (uint256 flags) {
        flags = session.word(TypedWords.ACCOUNT_KIND) << SessionLayout.ACCOUNT_KIND_SHIFT;
        flags |= _flag(session.word(TypedWords.MIN_INTERVAL), SessionLayout.MIN_INTERVAL);
        flags |= _flag(session.word(TypedWords.RELAYER), SessionLayout.RELAYER);
        flags |= _flag(session.word(TypedWords.SENTINEL), SessionLayout.SENTINEL);
        flags |= _flag(session.word(TypedWords.SENTINEL_MAY_REVOKE), SessionLayout.SENTINEL_MAY_REVOKE);
        flags |= _flag(session.word(TypedWords.LEASE_TTL), SessionLayout.LEASE_TTL);
        flags |= _flag(session.word(TypedWords.REVOKE_ON_MISUSE), SessionLayout.REVOKE_ON_MISUSE);
        flags |= _flag(session.word(TypedWords.SALT), SessionLayout.SALT);
    }

    /// @param bit One bit.
    function _flag(uint256 word, uint256 bit) private pure returns (uint256 flag) {
        // word != 0 ? bit : 0, without a jump.
        assembly ("memory-safe") {
            flag := mul(iszero(iszero(word)), bit)
        }
    }

    /// @param limit Where it starts.
    function _putLimit(uint256 cursor, uint256 limit) private pure returns (uint256) {
        uint256 token = limit.word(TypedWords.LIMIT_TOKEN);
        uint256 period = limit.word(TypedWords.LIMIT_PERIOD);
        uint256 approveAbove = limit.word(TypedWords.LIMIT_APPROVE_ABOVE);
        uint256 flags = limit.word(TypedWords.LIMIT_KIND);
        if (period != 0) flags |= SessionLayout.LIMIT_PERIOD;
        if (approveAbove != 0) flags |= SessionLayout.LIMIT_APPROVE_ABOVE;
        if (token == uint160(NATIVE_TOKEN)) cursor = cursor.put(flags | SessionLayout.LIMIT_NATIVE, 1);
        else cursor = cursor.put((flags << 160) | token, 21);
        cursor = cursor.put(limit.word(TypedWords.LIMIT_AMOUNT), 13);
        if (period != 0) cursor = cursor.put(period, 4);
        if (approveAbove != 0) cursor = cursor.put(approveAbove, 13);
        return cursor;
    }
}
