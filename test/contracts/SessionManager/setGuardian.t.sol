// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ControlTest} from "../ControlTest.sol";

contract SetGuardianTest is ControlTest {
    function test_emitsGuardianSet() public {
        vm.expectEmit(address(manager));
        emit ISessionEvents.GuardianSet(account, guardian);
        _setGuardian();
    }

    function test_namesTheGuardianOfTheCallerOnly() public {
        _setGuardian();
        assertEq(manager.accountStateOf(account).guardian, guardian);
        assertEq(manager.accountStateOf(owner).guardian, address(0));
    }

    function test_replacesTheGuardian() public {
        _setGuardian();
        address next = _address("next");
        vm.prank(account);
        manager.setGuardian(next);
        assertEq(manager.accountStateOf(account).guardian, next);
        _refuseCaller(guardian, abi.encodeCall(manager.pause, (account)));
    }

    function test_removesTheGuardian() public {
        _setGuardian();
        vm.prank(account);
        manager.setGuardian(address(0));
        assertEq(manager.accountStateOf(account).guardian, address(0));
        _refuseCaller(guardian, abi.encodeCall(manager.pause, (account)));
    }

    function test_raisesTheControlNonce() public {
        _setGuardian();
        assertEq(_controlNonce(), 1);
    }

    function test_keepsEpochPauseAndInstallation() public {
        vm.startPrank(account);
        manager.revokeAll();
        manager.pause(account);
        manager.onInstall("");
        vm.stopPrank();
        _setGuardian();
        assertEq(manager.accountStateOf(account).epoch, 1);
        assertTrue(manager.accountStateOf(account).paused);
        assertTrue(manager.accountStateOf(account).installed);
    }

    function test_letsTheGuardianDoNothingButPause() public {
        Grant memory granted = _grantWatched(false);
        _setGuardian();
        _refuseCaller(guardian, abi.encodeCall(manager.revoke, (granted.packed)));
        _refuseCaller(guardian, abi.encodeCall(manager.suspend, (granted.packed)));
        _refuseCaller(guardian, abi.encodeCall(manager.resume, (granted.packed)));
        _refuseCaller(guardian, abi.encodeCall(manager.surrender, (granted.packed)));
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.GrantNotByAccount.selector, account, guardian));
        manager.grant(granted.session, granted.scopes);
    }
}
