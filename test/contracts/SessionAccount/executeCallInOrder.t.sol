// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {SessionAccount} from "../../../contracts/accounts/SessionAccount.sol";
import {ISessionAccount} from "../../../contracts/interfaces/ISessionAccount.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {BaseTest} from "../BaseTest.sol";

contract ExecuteCallInOrderTest is BaseTest {
    HostileTarget internal target;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
    }

    function test_callsTheTarget_andAnswersAsIt() public {
        assertEq(_run(address(target), 3, abi.encodeCall(target.echo, (42))), abi.encode(42));
        assertEq(address(target).balance, 3);
    }

    function test_answersNothingMore_whenTheTargetAnswersNothing() public {
        assertEq(_run(recipient, 3, ""), "");
        assertEq(recipient.balance, 3);
    }

    function test_cutsAnswersAt256Bytes() public {
        assertEq(_run(address(target), 0, abi.encodeCall(target.bombReturn, (100_000))).length, 256);
    }

    function test_cutsReasonsAt256Bytes() public {
        assertEq(_fail(abi.encodeCall(target.bombRevert, (100_000))), new bytes(256));
    }

    function test_revertsWithTheReason() public {
        assertEq(_fail(abi.encodeCall(target.fail, ("because"))), "because");
    }

    function testFuzz_reverts_whenAnotherCalls(address caller) public {
        vm.assume(caller != address(manager));
        (bool ok, bytes memory answer) = _call(caller, address(target), 0, "");
        assertFalse(ok);
        assertEq(answer, abi.encodeWithSelector(SessionAccount.ExecutorNotAllowed.selector, caller, manager));
    }

    /// @dev The manager gives target and value always.
    function test_reverts_whenTargetAndValueAreMissing() public {
        vm.prank(address(manager));
        (bool ok, bytes memory answer) = account.call{gas: 1_000_000}(
            bytes.concat(ISessionAccount.executeCallInOrder.selector, new bytes(51))
        );
        assertFalse(ok);
        assertEq(answer, "");
    }

    function _run(address to, uint256 value, bytes memory data) private returns (bytes memory) {
        (bool ok, bytes memory answer) = _call(address(manager), to, value, data);
        assertTrue(ok);
        bytes memory rest = new bytes(answer.length - 32);
        for (uint256 i; i < rest.length; ++i) rest[i] = answer[32 + i];
        assertEq(answer, bytes.concat(bytes32(ISessionAccount.executeCallInOrder.selector), rest));
        return rest;
    }

    function _fail(bytes memory data) private returns (bytes memory) {
        (bool ok, bytes memory reason) = _call(address(manager), address(target), 0, data);
        assertFalse(ok);
        return reason;
    }

    function _call(
        address caller,
        address to,
        uint256 value,
        bytes memory data
    ) private returns (bool ok, bytes memory answer) {
        vm.prank(caller);
        return account.call(abi.encodePacked(ISessionAccount.executeCallInOrder.selector, to, value, data));
    }
}
