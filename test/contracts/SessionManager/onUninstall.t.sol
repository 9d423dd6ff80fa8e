// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 33.
contract OnUninstallTest is BaseTest {
    function test_emitsManagerUninstalledAndSessionsRevoked() public {
        _install();
        vm.expectEmit(address(manager));
        emit ISessionEvents.ManagerUninstalled(account);
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionsRevoked(account, 1);
        _uninstall();
    }

    function test_isInitializedNoMore() public {
        _install();
        _uninstall();
        assertFalse(manager.isInitialized(account));
        assertFalse(manager.accountStateOf(account).installed);
    }

    function test_endsEverySession_andReinstallingRevivesNone() public {
        _install();
        Grant memory granted = _grantTransfers();
        _uninstall();
        _assertStatus(granted, ISessionTypes.SessionStatus.Superseded);
        _install();
        _assertStatus(granted, ISessionTypes.SessionStatus.Superseded);
    }

    function test_endsEverySession_whenItWasNeverInstalled() public {
        Grant memory granted = _grantTransfers();
        _uninstall();
        _assertStatus(granted, ISessionTypes.SessionStatus.Superseded);
    }

    function test_raisesTheControlNonce() public {
        _uninstall();
        assertEq(manager.accountStateOf(account).controlNonce, 1);
    }

    function test_keepsPauseAndGuardian() public {
        vm.startPrank(account);
        manager.pause(account);
        manager.setGuardian(relayer);
        vm.stopPrank();
        _uninstall();
        assertTrue(manager.accountStateOf(account).paused);
        assertEq(manager.accountStateOf(account).guardian, relayer);
    }

    function test_leavesOtherAccountsAlone() public {
        Grant memory granted = _grantTransfers();
        vm.prank(relayer);
        manager.onUninstall("");
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
    }

    function _install() private {
        vm.prank(account);
        manager.onInstall("");
    }

    function _uninstall() private {
        vm.prank(account);
        manager.onUninstall("");
    }
}
