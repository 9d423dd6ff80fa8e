// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev Against the table of docs/encoding.md, written down once more.
contract PackScopeTest is BaseTest {
    function testFuzz_followsTheTable(bytes32 seed) public view {
        ISessionTypes.Scope memory scope = _random(seed);
        assertEq(manager.packScope(scope), _reference(scope));
    }

    function testFuzz_differs_whenTheScopeDiffers(bytes32 first, bytes32 second) public view {
        ISessionTypes.Scope memory a = _random(first);
        ISessionTypes.Scope memory b = _random(second);
        bool equal = keccak256(abi.encode(a)) == keccak256(abi.encode(b));
        assertTrue(equal == (keccak256(manager.packScope(a)) == keccak256(manager.packScope(b))));
    }

    function test_takes26Bytes_whenPlain() public view {
        assertEq(manager.packScope(_transferScope()).length, 26);
    }

    function _random(bytes32 seed) private pure returns (ISessionTypes.Scope memory scope) {
        uint256 bits = uint256(keccak256(abi.encode(seed, "bits")));
        uint256 word = uint256(keccak256(abi.encode(seed, "word")));
        scope.target = address(uint160(word));
        scope.selector = bytes4(uint32(word >> 8));
        if (bits & 1 != 0) scope.maxValue = uint128(word >> 16);
        scope.spendMethod = ISessionTypes.SpendMethod((bits >> 1) % 3);
        if (scope.spendMethod != ISessionTypes.SpendMethod.None) scope.spendToken = address(uint160(word >> 24));
        if (bits & 16 != 0) scope.policy = address(uint160(word >> 32));
        scope.rules = new ISessionTypes.Rule[]((bits >> 20) % 6);
        for (uint256 i; i < scope.rules.length; ++i) {
            uint256 part = uint256(keccak256(abi.encode(seed, i)));
            ISessionTypes.RuleOp op = ISessionTypes.RuleOp(part % 6);
            uint256 count = 1;
            if (op == ISessionTypes.RuleOp.OneOf) count = 1 + ((part >> 8) % 16);
            if (op == ISessionTypes.RuleOp.IsAccount) count = 0;
            scope.rules[i] = ISessionTypes.Rule({op: op, offset: uint16(part >> 16), values: new bytes32[](count)});
            for (uint256 j; j < count; ++j) scope.rules[i].values[j] = keccak256(abi.encode(seed, i, j));
        }
    }

    function _reference(ISessionTypes.Scope memory scope) private pure returns (bytes memory packed) {
        uint256 flags = 2 * uint256(scope.spendMethod);
        if (scope.maxValue != 0) flags |= 1;
        if (scope.policy != address(0)) flags |= 8;
        packed = abi.encodePacked(uint8(flags), uint8(scope.rules.length), scope.target, scope.selector);
        if (scope.maxValue != 0) packed = abi.encodePacked(packed, scope.maxValue);
        if (scope.spendMethod != ISessionTypes.SpendMethod.None) {
            packed = abi.encodePacked(packed, scope.spendToken);
        }
        if (scope.policy != address(0)) packed = abi.encodePacked(packed, scope.policy);
        for (uint256 i; i < scope.rules.length; ++i) {
            ISessionTypes.Rule memory rule = scope.rules[i];
            packed = abi.encodePacked(packed, uint8(rule.op), rule.offset);
            if (rule.op == ISessionTypes.RuleOp.OneOf) packed = abi.encodePacked(packed, uint8(rule.values.length));
            packed = abi.encodePacked(packed, rule.values);
        }
    }
}
