// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract PauseTest is BaseTest {
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
}
