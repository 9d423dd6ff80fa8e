// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";

/// @title Reading one-word members of typed structs where they lie in calldata
/// @dev `session.validAfter` checks on every read that the word fits its type; here the words of a struct are checked
/// together, once, and read as they are from then on. Members that are not one word are left to Solidity.
library TypedWords {
    // Offsets of members from the start of their struct.

    uint256 internal constant ACCOUNT = 0x00;
    uint256 internal constant ACCOUNT_KIND = 0x20;
    uint256 internal constant VALID_AFTER = 0x60;
    uint256 internal constant VALID_UNTIL = 0x80;
    uint256 internal constant MAX_ORDERS = 0xa0;
    uint256 internal constant MIN_INTERVAL = 0xc0;
    uint256 internal constant EPOCH = 0xe0;
    uint256 internal constant RELAYER = 0x100;
    uint256 internal constant SENTINEL = 0x120;
    uint256 internal constant SENTINEL_MAY_REVOKE = 0x140;
    uint256 internal constant LEASE_TTL = 0x160;
    uint256 internal constant REVOKE_ON_MISUSE = 0x1a0;
    uint256 internal constant SCOPES_ROOT = 0x1c0;
    uint256 internal constant SALT = 0x1e0;

    uint256 internal constant LIMIT_TOKEN = 0x00;
    uint256 internal constant LIMIT_AMOUNT = 0x20;
    uint256 internal constant LIMIT_PERIOD = 0x40;
    uint256 internal constant LIMIT_APPROVE_ABOVE = 0x60;
    uint256 internal constant LIMIT_KIND = 0x80;
    /// @dev Limits lie one behind the other.
    uint256 internal constant LIMIT_SIZE = 0xa0;

    uint256 internal constant TARGET = 0x00;
    uint256 internal constant SELECTOR = 0x20;
    uint256 internal constant SCOPE_MAX_VALUE = 0x40;
    uint256 internal constant SPEND_TOKEN = 0x60;
    uint256 internal constant SPEND_METHOD = 0x80;
    uint256 internal constant POLICY = 0xa0;

    uint256 internal constant RULE_OP = 0x00;
    uint256 internal constant RULE_OFFSET = 0x20;

    /// @notice Refuses, as the ABI decoder does, a session or a limit of it with a word that its type cannot hold.
    function check(ISessionTypes.Session calldata session, ISessionTypes.Limit[] calldata limits) internal pure {
        uint256 excess = (word(session, ACCOUNT) | word(session, RELAYER) | word(session, SENTINEL)) >> 160;
        excess |= (word(session, VALID_AFTER) | word(session, VALID_UNTIL)) >> 48;
        excess |= (word(session, MIN_INTERVAL) | word(session, EPOCH) | word(session, LEASE_TTL)) >> 32;
        excess |= word(session, MAX_ORDERS) >> 24;
        excess |= (word(session, SENTINEL_MAY_REVOKE) | word(session, REVOKE_ON_MISUSE)) >> 1;
        excess |= _above(word(session, ACCOUNT_KIND), uint256(type(ISessionTypes.AccountKind).max));
        // Solidity has checked that all limits lie in calldata.
        unchecked {
            uint256 limit = placeOf(limits);
            for (uint256 end = limit + limits.length * LIMIT_SIZE; limit != end; limit += LIMIT_SIZE) {
                excess |= word(limit, LIMIT_TOKEN) >> 160;
                excess |= (word(limit, LIMIT_AMOUNT) | word(limit, LIMIT_APPROVE_ABOVE)) >> 104;
                excess |= word(limit, LIMIT_PERIOD) >> 32;
                excess |= _above(word(limit, LIMIT_KIND), uint256(type(ISessionTypes.LimitKind).max));
            }
        }
        _refuse(excess);
    }

    /// @notice Refuses, as the ABI decoder does, a scope with a word that its type cannot hold.
    function check(ISessionTypes.Scope calldata scope) internal pure {
        uint256 excess = (word(scope, TARGET) | word(scope, SPEND_TOKEN) | word(scope, POLICY)) >> 160;
        excess |= word(scope, SELECTOR) << 32;
        excess |= word(scope, SCOPE_MAX_VALUE) >> 128;
        excess |= _above(word(scope, SPEND_METHOD), uint256(type(ISessionTypes.SpendMethod).max));
        _refuse(excess);
    }

    /// @notice Refuses, as the ABI decoder does, a rule with a word that its type cannot hold.
    function check(ISessionTypes.Rule calldata rule) internal pure {
        _refuse((word(rule, RULE_OFFSET) >> 16) | _above(word(rule, RULE_OP), uint256(type(ISessionTypes.RuleOp).max)));
    }

    function word(ISessionTypes.Session calldata session, uint256 member) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(session, member))
        }
    }

    function word(ISessionTypes.Scope calldata scope, uint256 member) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(scope, member))
        }
    }

    function word(ISessionTypes.Rule calldata rule, uint256 member) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(rule, member))
        }
    }

    /// @param limit Where it starts.
    function word(uint256 limit, uint256 member) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := calldataload(add(limit, member))
        }
    }

    /// @return place Where the first limit starts.
    function placeOf(ISessionTypes.Limit[] calldata limits) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := limits.offset
        }
    }

    /// @return excess 1 if `value` is above `max`, otherwise 0.
    function _above(uint256 value, uint256 max) private pure returns (uint256 excess) {
        // value > max ? 1 : 0, without the jump.
        assembly ("memory-safe") {
            excess := gt(value, max)
        }
    }

    function _refuse(uint256 excess) private pure {
        if (excess == 0) return;
        // What the decoder does: there is no reason to give for bytes that are no struct.
        assembly ("memory-safe") {
            revert(0, 0)
        }
    }
}
