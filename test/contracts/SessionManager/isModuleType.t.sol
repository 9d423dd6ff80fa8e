// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {BaseTest} from "../BaseTest.sol";

contract IsModuleTypeTest is BaseTest {
    function testFuzz_isAnExecutorOnly(uint256 moduleTypeId) public view {
        assertEq(manager.isModuleType(moduleTypeId) ? 1 : 0, moduleTypeId == 2 ? 1 : 0);
        assertTrue(manager.isModuleType(2));
    }
}
