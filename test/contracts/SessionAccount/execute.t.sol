// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {Account} from "@openzeppelin/contracts/account/Account.sol";
import {ERC7821} from "@openzeppelin/contracts/account/extensions/draft-ERC7821.sol";
import {SessionAccount} from "../../../contracts/accounts/SessionAccount.sol";
import {BaseTest} from "../BaseTest.sol";

contract SessionAccountExecuteTest is BaseTest {
    function test_runsABatch_whenTheOwnerCalls() public {
        AccountCall[] memory calls = new AccountCall[](2);
        calls[0] = AccountCall(address(token), 0, _transferData(5));
        calls[1] = AccountCall(recipient, 7, "");
        vm.prank(owner);
        SessionAccount(payable(account)).execute(BATCH_MODE, abi.encode(calls));
        assertEq(token.balanceOf(recipient), 5);
        assertEq(recipient.balance, 7);
    }

    function test_runs_whenTheAccountCallsItself() public {
        bytes memory inner = abi.encodeWithSelector(ERC7821.execute.selector, BATCH_MODE, _calls());
        _accountExecute(account, inner);
        assertEq(token.balanceOf(recipient), 5);
    }

    function test_undoesAll_whenOneCallReverts() public {
        AccountCall[] memory calls = new AccountCall[](2);
        calls[0] = AccountCall(address(token), 0, _transferData(5));
        calls[1] = AccountCall(address(token), 0, _transferData(BALANCE));
        vm.prank(owner);
        vm.expectRevert();
        SessionAccount(payable(account)).execute(BATCH_MODE, abi.encode(calls));
        assertEq(token.balanceOf(recipient), 0);
    }

    function testFuzz_reverts_whenAnotherCalls(address caller) public {
        vm.assume(caller != owner && caller != account);
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(Account.AccountUnauthorized.selector, caller));
        SessionAccount(payable(account)).execute(BATCH_MODE, _calls());
    }

    function test_reverts_whenTheManagerCalls() public {
        vm.prank(address(manager));
        vm.expectRevert(abi.encodeWithSelector(Account.AccountUnauthorized.selector, manager));
        SessionAccount(payable(account)).execute(BATCH_MODE, _calls());
    }

    function test_reverts_whenTheModeIsAnother() public {
        vm.prank(owner);
        vm.expectRevert(ERC7821.UnsupportedExecutionMode.selector);
        SessionAccount(payable(account)).execute(bytes32(0), _calls());
    }

    function test_reverts_onTheImplementation_whoeverCalls() public {
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(Account.AccountUnauthorized.selector, owner));
        SessionAccount(payable(implementation)).execute(BATCH_MODE, _calls());
    }

    function _calls() private view returns (bytes memory) {
        AccountCall[] memory calls = new AccountCall[](1);
        calls[0] = AccountCall(address(token), 0, _transferData(5));
        return abi.encode(calls);
    }
}
