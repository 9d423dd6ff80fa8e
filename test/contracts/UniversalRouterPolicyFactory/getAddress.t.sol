// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IUniversalRouterPolicy as Policy} from "../../../contracts/interfaces/IUniversalRouterPolicy.sol";
import {UniversalRouterPolicyFactory as Factory} from "../../../contracts/policies/UniversalRouterPolicyFactory.sol";
import {PolicyTest} from "../UniversalRouterPolicy/PolicyTest.sol";

contract GetAddressTest is PolicyTest {
    function _refuseConfig(Policy.Config memory config, bytes memory reason) private {
        vm.expectRevert(reason);
        factory.getAddress(config);
        vm.expectRevert(reason);
        factory.createPolicy(config);
    }

    function test_differs_with_each_part_of_the_configuration() public view {
        address[6] memory found;
        Policy.Config memory config = _config();
        found[0] = factory.getAddress(config);
        config.router = thief;
        found[1] = factory.getAddress(config);
        config.wrappedNative = DAI;
        found[2] = factory.getAddress(config);
        config.commands = 1;
        found[3] = factory.getAddress(config);
        config.tokens[2] = SHADY;
        found[4] = factory.getAddress(config);
        config.hooks = new address[](0);
        found[5] = factory.getAddress(config);
        for (uint256 i; i < 6; ++i) {
            for (uint256 j; j < i; ++j) assertTrue(found[i] != found[j]);
        }
    }

    function test_reverts_without_a_router() public {
        Policy.Config memory config = _config();
        config.router = address(0);
        _refuseConfig(config, abi.encodeWithSelector(Factory.RouterInvalid.selector, address(0)));
    }

    function test_reverts_on_commands_that_are_not_supported(uint32 commands) public {
        vm.assume(commands == 0 || commands & ~ALL_COMMANDS != 0);
        Policy.Config memory config = _config();
        config.commands = commands;
        _refuseConfig(config, abi.encodeWithSelector(Factory.CommandsInvalid.selector, commands, ALL_COMMANDS));
    }

    function test_reverts_without_commands() public {
        test_reverts_on_commands_that_are_not_supported(0);
    }

    function test_reverts_without_tokens_and_with_too_many() public {
        Policy.Config memory config = _config();
        config.tokens = new address[](0);
        _refuseConfig(config, abi.encodeWithSelector(Factory.TokensInvalid.selector, 0, 255));
        config.tokens = new address[](256);
        _refuseConfig(config, abi.encodeWithSelector(Factory.TokensInvalid.selector, 256, 255));
    }

    function test_reverts_with_too_many_hooks() public {
        Policy.Config memory config = _config();
        config.hooks = new address[](256);
        _refuseConfig(config, abi.encodeWithSelector(Factory.HooksInvalid.selector, 256, 255));
    }

    function test_reverts_on_lists_that_are_not_sorted() public {
        Policy.Config memory config = _config();
        (config.tokens[0], config.tokens[1]) = (WETH, USD);
        _refuseConfig(config, abi.encodeWithSelector(Factory.ListNotSorted.selector, USD, WETH));
        config = _config();
        config.tokens[1] = USD;
        _refuseConfig(config, abi.encodeWithSelector(Factory.ListNotSorted.selector, USD, USD));
        config = _config();
        config.hooks[0] = address(0);
        _refuseConfig(config, abi.encodeWithSelector(Factory.ListNotSorted.selector, address(0), address(0)));
    }
}
