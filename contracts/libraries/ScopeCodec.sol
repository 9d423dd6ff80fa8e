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
        bool spends = scope.spendMethod != ISessionTypes.SpendMethod.None;
        uint256 flags = uint256(scope.spendMethod) << METHOD_SHIFT;
        if (scope.maxValue != 0) flags |= MAX_VALUE;
        if (scope.policy != address(0)) flags |= POLICY;

        uint256 cursor = PackedWriter.begin();
        cursor = cursor.put(flags, 1);
        cursor = cursor.put(scope.rules.length, 1);
        cursor = cursor.put(uint160(scope.target), 20);
        cursor = cursor.put(uint32(scope.selector), 4);
        if (scope.maxValue != 0) cursor = cursor.put(scope.maxValue, 16);
        if (spends) cursor = cursor.put(uint160(scope.spendToken), 20);
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

    /// @notice What a proven scope says, up to its rules.
    /// @param place Of the packed scope in calldata.
    /// @return head The first 32 bytes: flags 1 | rule count 1 | target 20 | selector 4 | start of what follows.
    /// @return maxValue Wei.
    /// @return rulesAt Where the rules start.
    function read(uint256 place) internal pure returns (uint256 head, uint256 maxValue, uint256 rulesAt) {
        head = CalldataReader.word(place);
        uint256 flags = head >> 248;
        // At most three steps of at most 20.
        unchecked {
            rulesAt = place + HEADER;
            if (flags & MAX_VALUE != 0) {
                maxValue = CalldataReader.number(rulesAt, 16);
                rulesAt += 16;
            }
            if (_methodOf(flags) != 0) rulesAt += 20;
            if (flags & POLICY != 0) rulesAt += 20;
        }
    }

    /// @param place Of a proven scope in calldata.
    /// @return method How the target pulls `token`.
    /// @return token 0 = none.
    function readSpend(uint256 place) internal pure returns (ISessionTypes.SpendMethod method, address token) {
        uint256 flags = CalldataReader.number(place, 1);
        method = ISessionTypes.SpendMethod(_methodOf(flags));
        unchecked {
            if (_methodOf(flags) != 0) {
                token = CalldataReader.addressAt(place + HEADER + (flags & MAX_VALUE != 0 ? 16 : 0));
            }
        }
    }

    /// @param place Of a proven scope in calldata.
    /// @return 0 = none.
    function readPolicy(uint256 place) internal pure returns (address) {
        uint256 flags = CalldataReader.number(place, 1);
        if (flags & POLICY == 0) return address(0);
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
