// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {SessionAccountFactory} from "../../../contracts/accounts/SessionAccountFactory.sol";
import {BaseTest} from "../BaseTest.sol";

contract GetAddressTest is BaseTest {
    function testFuzz_differs_withOwnerAndSalt(address first, address second, bytes32 a, bytes32 b) public view {
        vm.assume(first != address(0) && second != address(0) && (first != second || a != b));
        assertTrue(factory.getAddress(first, a) != factory.getAddress(second, b));
    }

    function test_reverts_withoutAnOwner() public {
        vm.expectRevert(abi.encodeWithSelector(SessionAccountFactory.OwnerInvalid.selector, address(0)));
        factory.getAddress(address(0), 0);
    }
}
