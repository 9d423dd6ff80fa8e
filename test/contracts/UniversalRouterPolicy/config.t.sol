// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IUniversalRouterPolicy as Policy} from "../../../contracts/interfaces/IUniversalRouterPolicy.sol";
import {PolicyTest} from "./PolicyTest.sol";

contract ConfigTest is PolicyTest {
    function test_tells_what_it_was_made_with() public view {
        assertEq(abi.encode(policy.config()), abi.encode(_config()));
    }

    function test_reverts_on_the_implementation() public {
        vm.expectRevert(Policy.PolicyNotConfigured.selector);
        Policy(implementation).config();
    }
}
