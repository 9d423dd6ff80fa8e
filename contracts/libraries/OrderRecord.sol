// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {Limits} from "./Limits.sol";
import {PackedSession} from "./PackedSession.sol";
import {SessionWord} from "./SessionWord.sol";

/// @dev An order that is being checked and run, in memory. What can be read where it lies in calldata is not kept.
type OrderRecord is uint256;

using OrderRecordLib for OrderRecord global;

/// @title What is known of an order
/// @dev A struct in memory, but cleared only where it must be: `OrderChecks` writes all else before it is read.
library OrderRecordLib {
    uint256 private constant SESSION = 0x00;
    uint256 private constant SESSION_ID = 0x20;
    uint256 private constant WORD = 0x40;
    uint256 private constant LIMITS = 0x60;
    uint256 private constant COUNTERS = 0x80;
    uint256 private constant OPTIONS_AT = 0xa0;
    uint256 private constant CALLS_AT = 0xc0;
    uint256 private constant HASH = 0xe0;
    uint256 private constant IS_APPROVED = 0x100;
    uint256 private constant ASKS_POLICY = 0x120;
    uint256 private constant SIZE = 0x140;

    function create() internal pure returns (OrderRecord self) {
        uint256 size = SIZE;
        assembly ("memory-safe") {
            self := mload(0x40)
            mstore(0x40, add(self, size))
        }
        _set(self, IS_APPROVED, 0);
        _set(self, ASKS_POLICY, 0);
    }

    function session(OrderRecord self) internal pure returns (PackedSession) {
        return PackedSession.wrap(_get(self, SESSION));
    }

    /// @param callsAt_ Where the number of calls is; the calls follow.
    function setPlaces(OrderRecord self, PackedSession session_, uint256 callsAt_) internal pure {
        _set(self, SESSION, PackedSession.unwrap(session_));
        _set(self, CALLS_AT, callsAt_);
    }

    function callsAt(OrderRecord self) internal pure returns (uint256) {
        return _get(self, CALLS_AT);
    }

    function sessionId(OrderRecord self) internal pure returns (bytes32) {
        return bytes32(_get(self, SESSION_ID));
    }

    function setSessionId(OrderRecord self, bytes32 value) internal pure {
        _set(self, SESSION_ID, uint256(value));
    }

    /// @return The session's state word with the order's nonce used.
    function word(OrderRecord self) internal pure returns (SessionWord) {
        return SessionWord.wrap(_get(self, WORD));
    }

    function setWord(OrderRecord self, SessionWord value) internal pure {
        _set(self, WORD, SessionWord.unwrap(value));
    }

    function limits(OrderRecord self) internal pure returns (Limits) {
        return Limits.wrap(_get(self, LIMITS));
    }

    /// @return How many words of state the order may write for its limits.
    function counters(OrderRecord self) internal pure returns (uint256) {
        return _get(self, COUNTERS);
    }

    /// @return Where the session's optional fields start.
    function optionsAt(OrderRecord self) internal pure returns (uint256) {
        return _get(self, OPTIONS_AT);
    }

    function setLimits(OrderRecord self, Limits limits_, uint256 counters_, uint256 optionsAt_) internal pure {
        _set(self, LIMITS, Limits.unwrap(limits_));
        _set(self, COUNTERS, counters_);
        _set(self, OPTIONS_AT, optionsAt_);
    }

    /// @return The order's EIP-712 digest.
    function hash(OrderRecord self) internal pure returns (bytes32) {
        return bytes32(_get(self, HASH));
    }

    function setHash(OrderRecord self, bytes32 value) internal pure {
        _set(self, HASH, uint256(value));
    }

    /// @return Whether the approver has signed.
    function isApproved(OrderRecord self) internal pure returns (bool) {
        return _get(self, IS_APPROVED) != 0;
    }

    function setApproved(OrderRecord self) internal pure {
        _set(self, IS_APPROVED, 1);
    }

    /// @return Whether a scope asks a policy.
    function asksPolicy(OrderRecord self) internal pure returns (bool) {
        return _get(self, ASKS_POLICY) != 0;
    }

    function setAsksPolicy(OrderRecord self) internal pure {
        _set(self, ASKS_POLICY, 1);
    }

    function _get(OrderRecord self, uint256 offset) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(self, offset))
        }
    }

    function _set(OrderRecord self, uint256 offset, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(self, offset), value)
        }
    }
}
