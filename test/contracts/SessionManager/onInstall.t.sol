// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {BaseTest} from "../BaseTest.sol";

contract OnInstallTest is BaseTest {
    function test_emitsManagerInstalled() public {
        vm.expectEmit(address(manager));
        emit ISessionEvents.ManagerInstalled(account);
        _install();
    }

    function test_isInitialized_forTheCallerOnly() public {
        assertFalse(manager.isInitialized(account));
        _install();
        assertTrue(manager.isInitialized(account));
        assertFalse(manager.isInitialized(owner));
    }

    function test_keepsEpochPauseGuardianAndNonce() public {
        vm.startPrank(account);
        manager.revokeAll();
        manager.pause(account);
        manager.setGuardian(relayer);
        manager.onInstall("ignored");
        vm.stopPrank();
        assertEq(manager.accountStateOf(account).epoch, 1);
        assertTrue(manager.accountStateOf(account).paused);
        assertEq(manager.accountStateOf(account).guardian, relayer);
        assertEq(manager.accountStateOf(account).controlNonce, 3);
    }

    function test_reverts_whenAlreadyInstalled() public {
        _install();
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.ManagerAlreadyInstalled.selector, account));
        _install();
    }

    function _install() private {
        vm.prank(account);
        manager.onInstall("");
    }
}
