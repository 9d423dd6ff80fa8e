// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {BaseTest} from "../BaseTest.sol";

contract HashScopeTest is BaseTest {
    function test_isTheTaggedDoubleHashOfThePackedScope() public view {
        bytes32 inner = keccak256(manager.packScope(_transferScope()));
        assertEq(manager.hashScope(_transferScope()), keccak256(bytes.concat(keccak256("Latchkey.Scope.v1"), inner)));
    }
}
