// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {PackedWriter} from "./PackedWriter.sol";

/// @title Packing, hashing and reading scopes
/// @dev The layout is in `docs/encoding.md`.
library ScopeCodec {
    using PackedWriter for uint256;

    uint256 internal constant HEADER = 26;
    /// @dev Keeps leaves apart from the inner nodes of the tree, which are hashes of two hashes as well.
    bytes32 internal constant SCOPE_TAG = keccak256("Latchkey.Scope.v1");

    uint256 private constant MAX_VALUE = 1 << 0;
    uint256 private constant METHOD_SHIFT = 1;
    uint256 private constant METHOD_MASK = 3;
    uint256 private constant POLICY = 1 << 3;

    /// @notice The canonical bytes of `scope`. Values of rules are packed as given: `SessionRules` checks their number.
    function pack(ISessionTypes.Scope calldata scope) internal pure returns (bytes memory) {
        bool hasSpend = scope.spendMethod != ISessionTypes.SpendMethod.None;
        uint256 flags = uint256(scope.spendMethod) << METHOD_SHIFT;
        if (scope.maxValue != 0) flags |= MAX_VALUE;
        if (scope.policy != address(0)) flags |= POLICY;

        uint256 cursor = PackedWriter.begin();
        cursor = cursor.put(flags, 1);
        cursor = cursor.put(scope.rules.length, 1);
        cursor = cursor.put(uint160(scope.target), 20);
        cursor = cursor.put(uint32(scope.selector), 4);
        if (scope.maxValue != 0) cursor = cursor.put(scope.maxValue, 16);
        if (hasSpend) cursor = cursor.put(uint160(scope.spendToken), 20);
        if (scope.policy != address(0)) cursor = cursor.put(uint160(scope.policy), 20);
        for (uint256 i; i < scope.rules.length; ++i) {
            ISessionTypes.Rule calldata rule = scope.rules[i];
            cursor = cursor.put(uint256(rule.op), 1);
            cursor = cursor.put(rule.offset, 2);
            if (rule.op == ISessionTypes.RuleOp.OneOf) cursor = cursor.put(rule.values.length, 1);
            for (uint256 j; j < rule.values.length; ++j) {
                cursor = cursor.put(uint256(rule.values[j]), 32);
            }
        }
        return cursor.finish();
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
