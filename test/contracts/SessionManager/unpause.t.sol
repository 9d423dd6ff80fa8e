// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {ControlTest} from "../ControlTest.sol";

contract UnpauseTest is ControlTest {
    function test_emitsAccountUnpaused() public {
        _pause();
        vm.expectEmit(address(manager));
        emit ISessionEvents.AccountUnpaused(account);
        vm.prank(account);
        manager.unpause();
    }

    function test_letsSessionsRunAgain() public {
        Grant memory granted = _grantTransfers();
        _pause();
        vm.prank(account);
        manager.unpause();
        _execute(granted, _order(0, _transferData(1)));
        assertEq(token.balanceOf(recipient), 1);
    }

    function test_changesNothing_whenCalledByAnother() public {
        Grant memory granted = _grantTransfers();
        _pause();
        vm.prank(key);
        manager.unpause();
        _assertStatus(granted, ISessionTypes.SessionStatus.Paused);
    }

    function test_doesNotReviveRevokedSessions() public {
        Grant memory granted = _grantTransfers();
        _pause();
        _revoke(granted);
        vm.prank(account);
        manager.unpause();
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_changesNothing_whenTheGuardianCalls() public {
        _setGuardian();
        _pause();
        vm.prank(guardian);
        manager.unpause();
        assertTrue(manager.accountStateOf(account).paused);
    }

    /// @dev The owner's every act ends what was signed before it.
    function test_raisesTheControlNonce_whenNotPaused() public {
        vm.prank(account);
        manager.unpause();
        assertEq(_controlNonce(), 1);
        assertFalse(manager.accountStateOf(account).paused);
    }

    function test_raisesTheControlNonce_soThatNoEarlierPauseIsReplayed() public {
        _pause();
        vm.prank(account);
        manager.unpause();
        assertEq(_controlNonce(), 2);
    }

    function test_keepsSuspensions() public {
        Grant memory granted = _grantWatched(false);
        _suspend(granted);
        _pause();
        vm.prank(account);
        manager.unpause();
        _assertStatus(granted, ISessionTypes.SessionStatus.Suspended);
    }
}
