// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 7: what a rule reads is what the callee reads. Each operator against a one-line reference.
contract RulesFuzzTest is BaseTest {
    HostileTarget internal target;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
    }

    function testFuzz_comparesOneWord(uint8 op, uint16 offset, uint256 word, uint256 value, uint8 near) public {
        op = uint8(_bound(op, 0, 3));
        offset = uint16(_bound(offset, 0, 500));
        // Half of the time the two are neighbours or equal.
        if (near < 128) {
            unchecked {
                word = value + (near % 3) - 1;
            }
        }
        bool expected =
            op == 0
                ? word == value
                : op == 1
                    ? word != value
                    : op == 2
                        ? word <= value
                        : word >= value;
        _check(_rule(ISessionTypes.RuleOp(op), offset, bytes32(value)), offset, word, expected);
    }

    function testFuzz_findsOneOf(uint8 count, uint8 pick, uint16 offset, bytes32 seed) public {
        count = uint8(_bound(count, 1, 16));
        offset = uint16(_bound(offset, 0, 500));
        ISessionTypes.Rule memory rule = _rule(ISessionTypes.RuleOp.OneOf, offset);
        rule.values = new bytes32[](count);
        for (uint256 i; i < count; ++i) rule.values[i] = keccak256(abi.encode(seed, i));
        // One more than there are: sometimes none is picked.
        uint256 picked = pick % (uint256(count) + 1);
        _check(rule, offset, uint256(keccak256(abi.encode(seed, picked))), picked < count);
    }

    function testFuzz_knowsTheAccount(uint8 dirt, uint256 other) public {
        uint256 word = uint160(account);
        if (dirt % 3 == 1) word |= uint256(dirt) << 160;
        if (dirt % 3 == 2) word = other;
        _check(_rule(ISessionTypes.RuleOp.IsAccount, 0), 0, word, word == uint160(account));
    }

    function testFuzz_needsEveryRule(uint8 broken) public {
        ISessionTypes.Scope memory scope = _scope(address(target), target.echo.selector);
        scope.rules = new ISessionTypes.Rule[](4);
        scope.rules[0] = _rule(ISessionTypes.RuleOp.AtLeast, 0, bytes32(uint256(10)));
        scope.rules[1] = _rule(ISessionTypes.RuleOp.AtMost, 0, bytes32(uint256(20)));
        scope.rules[2] = _rule(ISessionTypes.RuleOp.NotEqual, 0, bytes32(uint256(15)));
        scope.rules[3] = _rule(ISessionTypes.RuleOp.OneOf, 0, bytes32(uint256(12)));
        Grant memory granted = _grant(_session(), scope);
        uint256 word = broken % 32;
        bytes memory order = _signed(granted, _order(0, abi.encodeCall(target.echo, (word))));
        bytes4 result = _executeBatch(order);
        assertEq(result, word == 12 ? bytes4(0) : ISessionErrors.RuleBroken.selector);
    }

    function testFuzz_refusesWordsOutOfBounds(uint16 offset, uint16 length) public {
        length = uint16(_bound(length, 0, 600));
        ISessionTypes.Scope memory scope = _scope(address(target), 0x11223344);
        scope.rules = _rules(_rule(ISessionTypes.RuleOp.AtLeast, offset, 0));
        Grant memory granted = _grant(_session(), scope);
        bytes memory data = bytes.concat(hex"11223344", new bytes(length));
        bytes4 result = _executeBatch(_signed(granted, _order(0, data)));
        bool fits = uint256(offset) + 32 <= length;
        // The target has no such function, so an admitted call reverts.
        assertEq(result, fits ? ISessionErrors.CallReverted.selector : ISessionErrors.RuleOutOfBounds.selector);
    }

    function _check(ISessionTypes.Rule memory rule, uint16 offset, uint256 word, bool expected) private {
        ISessionTypes.Scope memory scope = _scope(address(target), target.echo.selector);
        scope.rules = _rules(rule);
        Grant memory granted = _grant(_session(), scope);
        bytes memory data = bytes.concat(target.echo.selector, new bytes(offset), bytes32(word), new bytes(32));
        bytes4 result = _executeBatch(_signed(granted, _order(0, data)));
        assertEq(result, expected ? bytes4(0) : ISessionErrors.RuleBroken.selector);
        assertEq(target.calls(), expected ? 1 : 0);
    }
}
