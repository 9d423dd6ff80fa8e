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
        manager.pause();
    }

    function test_stopsEverySession() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        manager.pause();
        _assertStatus(granted, ISessionTypes.SessionStatus.Paused);
        assertEq(
            _executeBatch(_signed(granted, _order(0, _transferData(1)))),
            ISessionErrors.AccountIsPaused.selector
        );
    }

    function test_stopsSessionsGrantedLater() public {
        vm.prank(account);
        manager.pause();
        _assertStatus(_grantTransfers(), ISessionTypes.SessionStatus.Paused);
    }

    function test_leavesOtherAccountsAlone() public {
        Grant memory granted = _grantTransfers();
        vm.prank(_address("other"));
        manager.pause();
        _execute(granted, _order(0, _transferData(1)));
        assertEq(token.balanceOf(recipient), 1);
    }

    function test_keepsTheEpoch() public {
        vm.startPrank(account);
        manager.revokeAll();
        manager.pause();
        vm.stopPrank();
        assertEq(manager.accountStateOf(account).epoch, 1);
    }
}
