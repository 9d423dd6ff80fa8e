// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {PackedWriter} from "./PackedWriter.sol";
import {TypedWords} from "./TypedWords.sol";

/// @title Packing, hashing and reading scopes
/// @dev The layout is in `docs/encoding.md`.
library ScopeCodec {
    using PackedWriter for uint256;
    using TypedWords for ISessionTypes.Rule;
    using TypedWords for ISessionTypes.Scope;

    uint256 internal constant HEADER = 26;
    /// @dev Keeps leaves apart from the inner nodes of the tree, which are hashes of two hashes as well.
    bytes32 internal constant SCOPE_TAG = keccak256("Latchkey.Scope.v1");

    uint256 private constant MAX_VALUE = 1 << 0;
    uint256 private constant METHOD_SHIFT = 1;
    uint256 private constant METHOD_MASK = 3;
    uint256 private constant POLICY = 1 << 3;

    /// @notice The canonical bytes of `scope`. Values of rules are packed as given: `SessionRules` checks their number.
    function pack(ISessionTypes.Scope calldata scope) internal pure returns (bytes memory) {
        TypedWords.check(scope);
        return write(scope, scope.rules, PackedWriter.begin()).finish();
    }

    /// @notice Writes the canonical bytes of `scope`, whose words are checked; those of its rules are checked here.
    /// @param rules Of the scope.
    /// @param cursor Where the first byte goes.
    /// @return Where the next byte goes.
    function write(
        ISessionTypes.Scope calldata scope,
        ISessionTypes.Rule[] calldata rules,
        uint256 cursor
    ) internal pure returns (uint256) {
        uint256 method = scope.word(TypedWords.SPEND_METHOD);
        uint256 maxValue = scope.word(TypedWords.SCOPE_MAX_VALUE);
        uint256 policy = scope.word(TypedWords.POLICY);
        uint256 flags = method << METHOD_SHIFT;
        if (maxValue != 0) flags |= MAX_VALUE;
        if (policy != 0) flags |= POLICY;

        cursor = cursor.put(
            (flags << 200) |
                (uint256(uint8(rules.length)) << 192) |
                (scope.word(TypedWords.TARGET) << 32) |
                (scope.word(TypedWords.SELECTOR) >> 224),
            HEADER
        );
        if (maxValue != 0) cursor = cursor.put(maxValue, 16);
        if (method != 0) cursor = cursor.put(scope.word(TypedWords.SPEND_TOKEN), 20);
        if (policy != 0) cursor = cursor.put(policy, 20);
        for (uint256 i; i < rules.length; ++i) cursor = _putRule(cursor, rules[i]);
        return cursor;
    }

    function _putRule(uint256 cursor, ISessionTypes.Rule calldata rule) private pure returns (uint256) {
        TypedWords.check(rule);
        bytes32[] calldata values = rule.values;
        uint256 op = rule.word(TypedWords.RULE_OP);
        cursor = cursor.put((op << 16) | rule.word(TypedWords.RULE_OFFSET), 3);
        if (op == uint256(ISessionTypes.RuleOp.OneOf)) cursor = cursor.put(values.length, 1);
        return cursor.put(values);
    }

    function toLeaf(bytes32 packedHash) internal pure returns (bytes32 leaf) {
        bytes32 tag = SCOPE_TAG;
        // keccak256(bytes.concat(SCOPE_TAG, packedHash)) in scratch space.
        assembly ("memory-safe") {
            mstore(0x00, tag)
            mstore(0x20, packedHash)
            leaf := keccak256(0x00, 0x40)
        }
    }

    // The first 32 bytes of a packed scope, its head: flags 1 | number of rules 1 | target 20 | selector 4 | 6 of what
    // follows.

    /// @param place Of a proven scope in calldata.
    /// @return Wei that a call may carry.
    function readMaxValue(uint256 place) internal pure returns (uint256) {
        unchecked {
            return CalldataReader.byteAt(place) & MAX_VALUE == 0 ? 0 : CalldataReader.uint128At(place + HEADER);
        }
    }

    /// @param head The first 32 bytes of a proven scope.
    function ruleCountOf(uint256 head) internal pure returns (uint256) {
        return uint8(head >> 240);
    }

    /// @param place Of a proven scope in calldata.
    /// @return Where its rules start.
    function findRules(uint256 place) internal pure returns (uint256) {
        uint256 flags = CalldataReader.byteAt(place);
        // At most three steps of at most 20.
        unchecked {
            place += HEADER;
            if (flags & MAX_VALUE != 0) place += 16;
            if (_methodOf(flags) != 0) place += 20;
            if (flags & POLICY != 0) place += 20;
            return place;
        }
    }

    /// @param head The first 32 bytes of a proven scope.
    function targetOf(uint256 head) internal pure returns (address) {
        return address(uint160(head >> 80));
    }

    /// @param head The first 32 bytes of a proven scope.
    function selectorOf(uint256 head) internal pure returns (uint256) {
        return uint32(head >> 48);
    }

    /// @param head The first 32 bytes of a proven scope.
    /// @return Whether the target may pull a token.
    function spends(uint256 head) internal pure returns (bool) {
        return head & (METHOD_MASK << (248 + METHOD_SHIFT)) != 0;
    }

    /// @param place Of a proven scope in calldata whose target may pull a token.
    /// @return method How it pulls it.
    /// @return token Which.
    function readSpend(uint256 place) internal pure returns (ISessionTypes.SpendMethod method, address token) {
        uint256 flags = CalldataReader.byteAt(place);
        method = ISessionTypes.SpendMethod(_methodOf(flags));
        unchecked {
            token = CalldataReader.addressAt(place + HEADER + (flags & MAX_VALUE != 0 ? 16 : 0));
        }
    }

    /// @param head The first 32 bytes of a proven scope.
    function hasPolicy(uint256 head) internal pure returns (bool) {
        return head & (POLICY << 248) != 0;
    }

    /// @param place Of a proven scope in calldata that has a policy.
    function readPolicy(uint256 place) internal pure returns (address) {
        uint256 flags = CalldataReader.byteAt(place);
        unchecked {
            return
                CalldataReader.addressAt(
                    place + HEADER + (flags & MAX_VALUE != 0 ? 16 : 0) + (_methodOf(flags) != 0 ? 20 : 0)
                );
        }
    }

    /// @dev The fourth value of the two bits was never granted.
    function _methodOf(uint256 flags) private pure returns (uint256) {
        return (flags >> METHOD_SHIFT) & METHOD_MASK;
    }
}
