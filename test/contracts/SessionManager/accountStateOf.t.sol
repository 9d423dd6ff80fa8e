// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract AccountStateOfTest is BaseTest {
    function test_isEmpty_ofAStranger() public view {
        ISessionTypes.AccountState memory state = manager.accountStateOf(address(1));
        assertEq(state.epoch, 0);
        assertFalse(state.paused);
        assertEq(state.controlNonce, 0);
        assertEq(state.guardian, address(0));
    }

    function test_tellsEpochAndPause() public {
        vm.startPrank(account);
        manager.revokeAll();
        manager.pause(account);
        vm.stopPrank();
        ISessionTypes.AccountState memory state = manager.accountStateOf(account);
        assertEq(state.epoch, 1);
        assertTrue(state.paused);
    }
}
