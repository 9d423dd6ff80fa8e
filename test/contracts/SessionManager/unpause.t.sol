// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract UnpauseTest is BaseTest {
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

    function _pause() private {
        vm.prank(account);
        manager.pause(account);
    }
}
