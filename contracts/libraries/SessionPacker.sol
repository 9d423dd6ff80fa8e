// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";
import {PackedWriter} from "./PackedWriter.sol";
import {SessionLayout} from "./SessionLayout.sol";

/// @title Packing sessions
/// @dev The layout is in `docs/encoding.md`.
library SessionPacker {
    using PackedWriter for uint256;

    /// @notice The canonical bytes of `session`. Reverts on what the layout cannot hold.
    function pack(ISessionTypes.Session calldata session) internal pure returns (bytes memory) {
        bytes calldata signer = session.signer;
        if (signer.length < 20 || signer.length > SessionLayout.MAX_SIGNER) {
            revert ISessionErrors.SignerInvalid(signer);
        }
        if (session.limits.length > SessionLayout.MAX_LIMITS) {
            revert ISessionErrors.TooManyLimits(session.limits.length, SessionLayout.MAX_LIMITS);
        }
        bytes calldata approver = session.approver;
        if (approver.length > type(uint16).max) revert ISessionErrors.EncodingInvalid();

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

    function _flags(ISessionTypes.Session calldata session) private pure returns (uint256 flags) {
        if (session.signer.length > 20) flags |= SessionLayout.LONG_SIGNER;
        if (session.minInterval != 0) flags |= SessionLayout.MIN_INTERVAL;
        if (session.relayer != address(0)) flags |= SessionLayout.RELAYER;
        if (session.sentinel != address(0)) flags |= SessionLayout.SENTINEL;
        if (session.sentinelMayRevoke) flags |= SessionLayout.SENTINEL_MAY_REVOKE;
        if (session.leaseTtl != 0) flags |= SessionLayout.LEASE_TTL;
        if (session.approver.length != 0) flags |= SessionLayout.APPROVER;
        if (session.revokeOnMisuse) flags |= SessionLayout.REVOKE_ON_MISUSE;
        if (session.salt != 0) flags |= SessionLayout.SALT;
        flags |= uint256(session.accountKind) << SessionLayout.ACCOUNT_KIND_SHIFT;
        flags |= session.limits.length << SessionLayout.LIMITS_SHIFT;
    }

    function _putLimit(uint256 cursor, ISessionTypes.Limit calldata limit) private pure returns (uint256) {
        bool native = limit.token == NATIVE_TOKEN;
        uint256 flags = uint256(limit.kind);
        if (native) flags |= SessionLayout.LIMIT_NATIVE;
        if (limit.period != 0) flags |= SessionLayout.LIMIT_PERIOD;
        if (limit.approveAbove != 0) flags |= SessionLayout.LIMIT_APPROVE_ABOVE;
        cursor = cursor.put(flags, 1);
        if (!native) cursor = cursor.put(uint160(limit.token), 20);
        cursor = cursor.put(limit.amount, 13);
        if (limit.period != 0) cursor = cursor.put(limit.period, 4);
        if (limit.approveAbove != 0) cursor = cursor.put(limit.approveAbove, 13);
        return cursor;
    }
}
