// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {ControlTest} from "../ControlTest.sol";

contract PauseTest is ControlTest {
    function test_emitsAccountPaused() public {
        vm.expectEmit(address(manager));
        emit ISessionEvents.AccountPaused(account, account);
        vm.prank(account);
        manager.pause(account);
    }

    function test_stopsEverySession() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        manager.pause(account);
        _assertStatus(granted, ISessionTypes.SessionStatus.Paused);
        assertEq(_executeBatch(_signed(granted, _order(0, _transferData(1)))), ISessionErrors.AccountIsPaused.selector);
    }

    function test_stopsSessionsGrantedLater() public {
        vm.prank(account);
        manager.pause(account);
        _assertStatus(_grantTransfers(), ISessionTypes.SessionStatus.Paused);
    }

    function test_leavesOtherAccountsAlone() public {
        Grant memory granted = _grantTransfers();
        address other = _address("other");
        vm.prank(other);
        manager.pause(other);
        _execute(granted, _order(0, _transferData(1)));
        assertEq(token.balanceOf(recipient), 1);
    }

    function test_keepsTheEpoch() public {
        vm.startPrank(account);
        manager.revokeAll();
        manager.pause(account);
        vm.stopPrank();
        assertEq(manager.accountStateOf(account).epoch, 1);
    }

    function test_pauses_whenTheGuardianCalls() public {
        _setGuardian();
        vm.expectEmit(address(manager));
        emit ISessionEvents.AccountPaused(account, guardian);
        vm.prank(guardian);
        manager.pause(account);
        assertTrue(manager.accountStateOf(account).paused);
    }

    /// @dev Otherwise the guardian could void what the owner signs, as often as he likes.
    function test_changesNothing_whenTheGuardianCallsAndItIsPaused() public {
        _setGuardian();
        _pause();
        uint48 before = _controlNonce();
        vm.recordLogs();
        vm.prank(guardian);
        manager.pause(account);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(_controlNonce(), before);
    }

    /// @dev The owner's every act ends what was signed before it.
    function test_raisesTheControlNonce_whenAlreadyPaused() public {
        _pause();
        _pause();
        assertEq(_controlNonce(), 2);
        assertTrue(manager.accountStateOf(account).paused);
    }

    function test_raisesTheControlNonce_soThatNoEarlierUnpauseUndoesIt() public {
        _pause();
        assertEq(_controlNonce(), 1);
    }

    function test_keepsTheGuardian() public {
        _setGuardian();
        _pause();
        assertEq(manager.accountStateOf(account).guardian, guardian);
    }

    function testFuzz_reverts_whenCalledByAnother(address caller) public {
        vm.assume(caller != account && caller != guardian);
        _setGuardian();
        _refuseCaller(caller, abi.encodeCall(manager.pause, (account)));
    }

    /// @dev Nobody calls from address 0.
    function testFuzz_reverts_whenNobodyIsGuardian(address caller) public {
        vm.assume(caller != account && caller != address(0));
        _refuseCaller(caller, abi.encodeCall(manager.pause, (account)));
    }

    function test_reverts_whenTheGuardianOfAnotherAccountCalls() public {
        _setGuardian();
        _refuseCaller(guardian, abi.encodeCall(manager.pause, (_address("other"))));
    }
}
