// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {BaseTest} from "../BaseTest.sol";

contract IsInitializedTest is BaseTest {
    function testFuzz_isFalse_whenNotInstalled(address anyone) public view {
        assertFalse(manager.isInitialized(anyone));
    }

    /// @dev Epoch, pause, nonce and guardian share a word with it.
    function test_isFalse_whateverElseTheAccountDid() public {
        vm.startPrank(account);
        manager.revokeAll();
        manager.pause(account);
        manager.setGuardian(address(type(uint160).max));
        vm.stopPrank();
        assertFalse(manager.isInitialized(account));
    }
}
