// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {LimitRecord, Limits, LimitsLib} from "./Limits.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";
import {PackedSession} from "./PackedSession.sol";
import {SessionLayout} from "./SessionLayout.sol";
import {Options, SessionOptions} from "./SessionOptions.sol";

/// @dev A packed session, read whole.
struct SessionView {
    PackedSession packed;
    bytes32 id;
    uint256 flags;
    address account;
    Limits limits;
    Options options;
}

/// @title Reading packed sessions
/// @dev At use nothing here is a security check: a session runs only if the hash of its bytes was granted, and only
/// `SessionPacker` produces granted bytes.
library SessionReader {
    /// @notice Reads a packed session whole; reverts with `EncodingInvalid` unless it ends where the layout says.
    function read(bytes calldata session) internal view returns (SessionView memory view_) {
        uint256 place = CalldataReader.start(session);
        PackedSession packed = PackedSession.wrap(place);
        uint256 optionsAt;
        view_.packed = packed;
        (view_.limits, , optionsAt) = readLimits(packed, session.length);
        view_.id = CalldataReader.hash(place, session.length);
        view_.flags = packed.flags();
        view_.account = packed.account();
        view_.options = SessionOptions.read(view_.flags, optionsAt);
    }

    /// @notice Reads the limits of the packed session of `length` bytes; reverts with `EncodingInvalid` unless the session
    /// ends exactly where the layout says.
    /// @return limits Without what an order does to them. Their periods are those of now.
    /// @return counters How many words of state an order may write for them.
    /// @return cursor Where they end.
    function readLimits(
        PackedSession session,
        uint256 length
    ) internal view returns (Limits limits, uint256 counters, uint256 cursor) {
        if (length < SessionLayout.HEADER) revert ISessionErrors.EncodingInvalid();
        uint256 head = CalldataReader.word(PackedSession.unwrap(session));
        // Every step adds at most 65,537 to the cursor, and there are at most 22 steps.
        unchecked {
            cursor = PackedSession.unwrap(session) + SessionLayout.HEADER;
            uint256 end = cursor - SessionLayout.HEADER + length;
            uint256 count = head >> (240 + SessionLayout.LIMITS_SHIFT);
            counters = count;
            limits = LimitsLib.allocate(count);
            uint256 elapsed = _elapsed(uint48(head >> 32));
            LimitRecord limitsEnd = limits.end();
            for (LimitRecord limit = limits.first(); !limit.isAt(limitsEnd); limit = limit.next()) {
                uint256 approvals;
                (cursor, approvals) = _readLimit(cursor, elapsed, limit);
                counters += approvals;
            }
            uint256 flags = head >> 240;
            uint256 actualEnd =
                flags & SessionLayout.OPTIONAL_FIELDS == 0 ? cursor : SessionOptions.skip(flags, cursor);
            if (actualEnd != end) revert ISessionErrors.EncodingInvalid();
        }
    }

    /// @dev Seconds since `validAfter`, 0 before it; without a jump.
    function _elapsed(uint256 validAfter) private view returns (uint256 elapsed) {
        assembly ("memory-safe") {
            elapsed := mul(gt(timestamp(), validAfter), sub(timestamp(), validAfter))
        }
    }

    /// @return end Where the packed limit ends.
    /// @return approvals 1 if the limit asks for approval.
    function _readLimit(
        uint256 cursor,
        uint256 elapsed,
        LimitRecord limit
    ) private pure returns (uint256 end, uint256 approvals) {
        // As in `readLimits`: the cursor stays far below 2^256.
        unchecked {
            uint256 flags = CalldataReader.byteAt(cursor);
            uint256 token = uint160(NATIVE_TOKEN);
            end = cursor + 1;
            if (flags & SessionLayout.LIMIT_NATIVE == 0) {
                token = uint160(CalldataReader.addressAt(end));
                end = cursor + 21;
            }
            uint256 amount = CalldataReader.uint104At(end);
            end += 13;
            uint256 index;
            if (flags & SessionLayout.LIMIT_PERIOD != 0) {
                uint256 period = CalldataReader.uint32At(end);
                // A period field is never 0 in a granted session; in bytes that were never granted, 0 reads as a lifetime,
                // as the EVM divides.
                assembly ("memory-safe") {
                    index := div(elapsed, period)
                }
                end += 4;
            }
            uint256 approveAbove;
            if (flags & SessionLayout.LIMIT_APPROVE_ABOVE != 0) {
                approveAbove = CalldataReader.uint104At(end);
                end += 13;
                approvals = 1;
            }
            limit.set(token, flags & SessionLayout.LIMIT_KIND_MASK, amount, index, approveAbove);
        }
    }
}
