// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IUniversalRouterPolicy as Policy} from "../../../contracts/interfaces/IUniversalRouterPolicy.sol";
import {UniversalRouterPolicyFactory as Factory} from "../../../contracts/policies/UniversalRouterPolicyFactory.sol";
import {PolicyTest} from "../UniversalRouterPolicy/PolicyTest.sol";

contract CreatePolicyTest is PolicyTest {
    function test_creates_the_policy_at_its_address_and_says_so() public {
        Policy.Config memory config = _config();
        config.commands = uint32(1) << V2_IN;
        address expected = factory.getAddress(config);
        vm.expectEmit(address(factory));
        emit Factory.PolicyCreated(expected, config);
        assertEq(factory.createPolicy(config), expected);
        assertEq(abi.encode(Policy(expected).config()), abi.encode(config));
    }

    function test_finds_the_policy_that_exists() public {
        vm.recordLogs();
        assertEq(factory.createPolicy(_config()), address(policy));
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_creates_a_policy_of_the_most_tokens() public {
        Policy.Config memory config = _config();
        config.tokens = new address[](255);
        for (uint160 i; i < 255; ++i) config.tokens[i] = address(0x1000 + i);
        policy = Policy(factory.createPolicy(config));
        Plan memory plan = _plan(V2_IN, _v2(ROUTER, address(0x1000), address(0x10fe)));
        _refuse(plan, abi.encodeWithSelector(Policy.TokenLeftOnRouter.selector, address(0x10fe)));
        _admit(_sweep(plan, address(0x10fe)));
    }
}
