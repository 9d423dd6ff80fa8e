// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {SessionAccount} from "../../../contracts/accounts/SessionAccount.sol";
import {SESSION_ACCOUNT_MODE} from "../../../contracts/accounts/SessionAccountMode.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {BaseTest} from "../BaseTest.sol";

contract ExecuteFromExecutorTest is BaseTest {
    HostileTarget internal target;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
    }

    function test_callsTheTarget_andAnswersAsIt() public {
        bytes[] memory answers = _run(address(target), 3, abi.encodeCall(target.echo, (42)));
        assertEq(answers.length, 1);
        assertEq(answers[0], abi.encode(42));
        assertEq(address(target).balance, 3);
    }

    function test_cutsAnswersAt256Bytes() public {
        assertEq(_run(address(target), 0, abi.encodeCall(target.bombReturn, (100_000)))[0].length, 256);
    }

    function test_cutsReasonsAt256Bytes() public {
        vm.expectRevert(new bytes(256));
        _run(address(target), 0, abi.encodeCall(target.bombRevert, (100_000)));
    }

    function test_revertsWithTheReason() public {
        vm.expectRevert(bytes("because"));
        _run(address(target), 0, abi.encodeCall(target.fail, ("because")));
    }

    function testFuzz_reverts_whenAnotherCalls(address caller) public {
        vm.assume(caller != address(manager));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(SessionAccount.ExecutorNotAllowed.selector, caller, manager));
        SessionAccount(payable(account)).executeFromExecutor(
            SESSION_ACCOUNT_MODE,
            abi.encodePacked(target, uint256(0))
        );
    }

    function testFuzz_reverts_whenTheModeIsAnother(bytes32 mode) public {
        vm.assume(mode != SESSION_ACCOUNT_MODE);
        vm.prank(address(manager));
        vm.expectRevert(abi.encodeWithSelector(SessionAccount.ExecutionModeNotSupported.selector, mode));
        SessionAccount(payable(account)).executeFromExecutor(mode, abi.encodePacked(target, uint256(0)));
    }

    function test_reverts_whenTheCalldataIsShort() public {
        vm.prank(address(manager));
        vm.expectRevert(abi.encodeWithSelector(SessionAccount.ExecutionCalldataTooShort.selector, 51, 52));
        SessionAccount(payable(account)).executeFromExecutor(SESSION_ACCOUNT_MODE, new bytes(51));
    }

    function _run(address to, uint256 value, bytes memory data) private returns (bytes[] memory) {
        vm.prank(address(manager));
        return
            SessionAccount(payable(account)).executeFromExecutor(
                SESSION_ACCOUNT_MODE,
                abi.encodePacked(to, value, data)
            );
    }
}
