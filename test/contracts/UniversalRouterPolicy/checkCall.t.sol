// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IAbiErrors} from "../../../contracts/interfaces/IAbiErrors.sol";
import {IScopePolicy} from "../../../contracts/interfaces/IScopePolicy.sol";
import {IUniversalRouterPolicy as Policy} from "../../../contracts/interfaces/IUniversalRouterPolicy.sol";
import {PolicyTest} from "./PolicyTest.sol";

contract CheckCallTest is PolicyTest {
    function _left(address token) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Policy.TokenLeftOnRouter.selector, token);
    }

    function _notAllowed(uint256 command, address token) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Policy.TokenNotAllowed.selector, command, token);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // The call
    // ---------------------------------------------------------------------------------------------------------------

    function test_admits_execute_with_and_without_deadline() public view {
        Plan memory plan = _plan(V3_IN, _v3(account, _path(USD, WETH)));
        _admit(plan);
        bytes memory data = abi.encodeWithSignature("execute(bytes,bytes[])", plan.commands, plan.inputs);
        assertEq(bytes32(_ask(0, data)), bytes32(IScopePolicy.checkCall.selector));
    }

    function test_refuses_another_function() public {
        Plan memory plan = _plan(V3_IN, _v3(account, _path(USD, WETH)));
        bytes memory data = abi.encodeWithSignature("collectRewards(bytes)", plan.commands);
        _refuse(0, data, abi.encodeWithSelector(Policy.SelectorNotExecute.selector, bytes4(data)));
    }

    function test_refuses_data_without_a_selector() public {
        _refuse(0, hex"359356", abi.encodeWithSelector(Policy.SelectorNotExecute.selector, bytes4(0)));
    }

    function test_refuses_another_target() public {
        bytes memory data = _encode(_plan(V3_IN, _v3(account, _path(USD, WETH))));
        vm.expectRevert(abi.encodeWithSelector(Policy.RouterMismatch.selector, thief, address(router)));
        policy.checkCall(account, 0, thief, 0, data);
    }

    function test_refuses_everything_as_the_implementation() public {
        bytes memory data = _encode(_plan(V3_IN, _v3(account, _path(USD, WETH))));
        vm.expectRevert(Policy.PolicyNotConfigured.selector);
        Policy(implementation).checkCall(account, 0, address(router), 0, data);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Commands
    // ---------------------------------------------------------------------------------------------------------------

    function test_refuses_every_command_that_is_not_in_the_map(uint8 code) public {
        vm.assume((uint256(ALL_COMMANDS) >> code) & 1 == 0);
        _refuse(_plan(code, ""), abi.encodeWithSelector(Policy.CommandNotAllowed.selector, 0, code));
    }

    function test_refuses_a_supported_command_that_the_policy_leaves_out() public {
        Policy.Config memory config = _config();
        config.commands = uint32(1) << V2_IN;
        policy = Policy(factory.createPolicy(config));
        _admit(_plan(V2_IN, _v2(account, USD, WETH)));
        Plan memory plan = _then(_plan(V2_IN, _v2(account, USD, WETH)), V3_IN, _v3(account, _path(USD, WETH)));
        _refuse(plan, abi.encodeWithSelector(Policy.CommandNotAllowed.selector, 1, V3_IN));
    }

    function test_refuses_a_command_that_may_fail() public {
        uint8 code = V3_IN | 0x80;
        Plan memory plan = _plan(code, _v3(account, _path(USD, WETH)));
        _refuse(plan, abi.encodeWithSelector(Policy.CommandNotAllowed.selector, 0, code));
    }

    function test_refuses_other_numbers_of_inputs_than_of_commands() public {
        Plan memory plan = _plan(V3_IN, _v3(account, _path(USD, WETH)));
        plan.commands = abi.encodePacked(V3_IN, V3_IN);
        _refuse(plan, abi.encodeWithSelector(Policy.CommandsNotMatched.selector, 2, 1));
        plan = _then(_plan(V3_IN, _v3(account, _path(USD, WETH))), V3_IN, _v3(account, _path(USD, WETH)));
        plan.commands = abi.encodePacked(V3_IN);
        _refuse(plan, abi.encodeWithSelector(Policy.CommandsNotMatched.selector, 1, 2));
    }

    function test_refuses_bytes_that_say_they_are_longer_than_they_are() public {
        bytes memory data = _encode(_plan(V3_IN, _v3(account, _path(USD, WETH))));
        // The length of the commands stands behind three head words.
        uint256 rest = data.length - 4 - 32 * 4;
        assembly ("memory-safe") {
            mstore(add(data, 132), add(rest, 1))
        }
        _refuse(0, data, abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, rest + 1, rest));
    }

    function test_refuses_arrays_that_say_they_are_longer_than_they_are() public {
        bytes memory data = _encode(_plan(V3_IN, _v3(account, _path(USD, WETH))));
        // The number of inputs stands behind three head words and two of the commands.
        uint256 rest = (data.length - 4 - 32 * 6) / 32;
        assembly ("memory-safe") {
            mstore(add(data, 196), add(rest, 1))
        }
        _refuse(0, data, abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, rest + 1, rest));
    }

    function test_refuses_an_offset_that_leads_outside() public {
        bytes memory data = _encode(_plan(V3_IN, _v3(account, _path(USD, WETH))));
        uint256 size = data.length - 4;
        // The router would come back to the same place if it let offsets wrap around.
        assembly ("memory-safe") {
            mstore(add(data, 36), not(31))
        }
        _refuse(0, data, abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, type(uint256).max - 31, size));
    }

    function test_refuses_inputs_that_are_too_short() public {
        uint8[9] memory codes = [V3_IN, V3_OUT, SWEEP, V2_IN, V2_OUT, WRAP_ETH, UNWRAP_WETH, BALANCE_CHECK, V4_SWAP];
        uint8[9] memory words = [5, 5, 3, 5, 5, 2, 2, 3, 2];
        for (uint256 i; i < codes.length; ++i) {
            // Each word is 0, or what listed tokens and the account are where the command asks them first.
            bytes memory input =
                codes[i] == SWEEP || codes[i] == BALANCE_CHECK
                    ? abi.encode(USD, codes[i] == SWEEP ? account : USD)
                    : new bytes(32 * (words[i] - 1));
            vm.expectPartialRevert(IAbiErrors.AbiInvalid.selector);
            _ask(0, _encode(_plan(codes[i], input)));
        }
    }

    // ---------------------------------------------------------------------------------------------------------------
    // V3
    // ---------------------------------------------------------------------------------------------------------------

    function test_admits_the_routers_constant_for_its_caller() public view {
        _admit(_plan(V3_IN, _v3(CALLER, _path(USD, WETH))));
    }

    function test_refuses_a_v3_recipient_who_is_not_the_account() public {
        bytes memory reason = abi.encodeWithSelector(Policy.RecipientNotAllowed.selector, 0, thief, account);
        _refuse(_plan(V3_IN, _v3(thief, _path(USD, WETH))), reason);
        _refuse(_plan(V3_OUT, _v3(thief, _path(WETH, USD))), reason);
    }

    function test_refuses_the_router_by_its_address_as_recipient() public {
        Plan memory plan = _sweep(_plan(V3_IN, _v3(address(router), _path(USD, WETH))), WETH);
        _refuse(plan, abi.encodeWithSelector(Policy.RecipientNotAllowed.selector, 0, router, account));
    }

    function test_refuses_an_unlisted_token_anywhere_in_a_v3_path() public {
        _refuse(_plan(V3_IN, _v3(account, _path(SHADY, WETH, USD))), _notAllowed(0, SHADY));
        _refuse(_plan(V3_IN, _v3(account, _path(USD, SHADY, WETH))), _notAllowed(0, SHADY));
        _refuse(_plan(V3_OUT, _v3(account, _path(USD, WETH, SHADY))), _notAllowed(0, SHADY));
    }

    function test_refuses_the_native_token_and_nothing_in_a_path() public {
        _refuse(_plan(V3_IN, _v3(account, _path(USD, NATIVE))), _notAllowed(0, NATIVE));
        _refuse(_plan(V3_IN, _v3(account, _path(USD, address(0)))), _notAllowed(0, address(0)));
        _refuse(_plan(V2_IN, _v2(account, USD, NATIVE)), _notAllowed(0, NATIVE));
    }

    function test_refuses_v3_paths_of_no_whole_pools(uint256 length) public {
        length = _bound(length, 0, 120);
        vm.assume(length < 43 || (length - 20) % 23 != 0);
        bytes memory path = new bytes(length);
        _refuse(_plan(V3_IN, _v3(account, path)), abi.encodeWithSelector(Policy.PathInvalid.selector, 0, length));
    }

    function test_refuses_to_leave_the_middle_of_a_v3_path_on_the_router() public {
        Plan memory plan = _plan(V3_IN, _v3(account, _path(USD, WETH, DAI)));
        _refuse(plan, _left(WETH));
        _admit(_sweep(plan, WETH));
    }

    function test_admits_a_v3_path_of_several_pools_with_exact_output() public view {
        _admit(_plan(V3_OUT, _v3(account, _path(DAI, WETH, USD))));
    }

    function test_refuses_to_leave_an_exact_output_on_the_router() public {
        Plan memory plan = _plan(V3_OUT, _v3(ROUTER, _path(DAI, WETH, USD)));
        _refuse(plan, _left(DAI));
        _refuse(_sweep(plan, USD), _left(DAI));
        _admit(_sweep(plan, DAI));
    }

    function test_refuses_a_payer_word_that_is_no_bool() public {
        bytes memory input = _v3(account, _path(USD, WETH));
        input[32 * 5 - 1] = 0x02;
        _refuse(_plan(V3_IN, input), abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, 2, 1));
        input = _v2(account, USD, WETH);
        input[32 * 5 - 1] = 0x03;
        _refuse(_plan(V2_IN, input), abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, 3, 1));
    }

    function test_refuses_a_recipient_with_dirty_high_bits() public {
        bytes memory input = _v3(account, _path(USD, WETH));
        input[0] = 0x01;
        uint256 word = (1 << 248) | uint160(account);
        bytes memory reason = abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, word, type(uint160).max);
        _refuse(_plan(V3_IN, input), reason);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // V2
    // ---------------------------------------------------------------------------------------------------------------

    function test_admits_v2_swaps() public view {
        _admit(_plan(V2_IN, _v2(account, USD, WETH)));
        _admit(_plan(V2_OUT, _v2(CALLER, USD, WETH)));
    }

    function test_refuses_a_v2_recipient_who_is_not_the_account() public {
        bytes memory reason = abi.encodeWithSelector(Policy.RecipientNotAllowed.selector, 0, thief, account);
        _refuse(_plan(V2_IN, _v2(thief, USD, WETH)), reason);
        _refuse(_plan(V2_OUT, _v2(thief, USD, WETH)), reason);
    }

    function test_refuses_an_unlisted_token_in_a_v2_path() public {
        _refuse(_plan(V2_IN, _v2(account, SHADY, WETH)), _notAllowed(0, SHADY));
        _refuse(_plan(V2_OUT, _v2(account, USD, SHADY)), _notAllowed(0, SHADY));
    }

    function test_refuses_a_v2_path_of_one_token() public {
        bytes memory input = abi.encode(account, 100, 1, new address[](1), true);
        _refuse(_plan(V2_IN, input), abi.encodeWithSelector(Policy.PathInvalid.selector, 0, 1));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What lies on the router
    // ---------------------------------------------------------------------------------------------------------------

    function test_refuses_to_leave_what_it_sends_to_the_router() public {
        Plan memory plan = _plan(V2_IN, _v2(ROUTER, USD, WETH));
        _refuse(plan, _left(WETH));
        _refuse(_sweep(plan, DAI), _left(WETH));
        _admit(_sweep(plan, WETH));
    }

    function test_refuses_a_sweep_that_comes_too_early() public {
        Plan memory plan = _plan(SWEEP, abi.encode(WETH, account, 0));
        _refuse(_then(plan, V2_IN, _v2(ROUTER, USD, WETH)), _left(WETH));
    }

    function test_refuses_to_sweep_to_anyone_else() public {
        Plan memory plan = _plan(V2_IN, _v2(ROUTER, USD, WETH));
        bytes memory reason = abi.encodeWithSelector(Policy.RecipientNotAllowed.selector, 1, thief, account);
        _refuse(_then(plan, SWEEP, abi.encode(WETH, thief, 0)), reason);
        reason = abi.encodeWithSelector(Policy.RecipientNotAllowed.selector, 1, ROUTER, account);
        _refuse(_then(plan, SWEEP, abi.encode(WETH, ROUTER, 0)), reason);
    }

    function test_refuses_to_sweep_an_unlisted_token() public {
        _refuse(_plan(SWEEP, abi.encode(SHADY, account, 0)), _notAllowed(0, SHADY));
    }

    function test_refuses_to_leave_wei_on_the_router() public {
        Plan memory plan = _v4();
        _refuse(1, plan, _left(NATIVE));
        _admit(1, _sweep(plan, address(0)));
    }

    function test_refuses_wei_where_the_native_token_is_not_listed() public {
        Policy.Config memory config = _config();
        config.tokens = new address[](2);
        (config.tokens[0], config.tokens[1]) = (USD, WETH);
        policy = Policy(factory.createPolicy(config));
        _refuse(1, _plan(V2_IN, _v2(account, USD, WETH)), _notAllowed(0, NATIVE));
    }

    function test_admits_wrapping_all_wei_to_the_account() public view {
        _admit(1, _plan(WRAP_ETH, abi.encode(account, WHOLE_BALANCE)));
    }

    function test_refuses_wrapping_a_part_of_the_wei() public {
        Plan memory plan = _plan(WRAP_ETH, abi.encode(account, 1));
        _refuse(2, plan, _left(NATIVE));
        _admit(2, _sweep(plan, address(0)));
    }

    function test_refuses_to_leave_wrapped_wei_on_the_router() public {
        Plan memory plan = _plan(WRAP_ETH, abi.encode(ROUTER, WHOLE_BALANCE));
        _refuse(1, plan, _left(WETH));
        _admit(1, _sweep(_then(plan, V3_IN, _v3(account, _path(WETH, USD))), WETH));
    }

    function test_refuses_to_wrap_for_anyone_else() public {
        Plan memory plan = _plan(WRAP_ETH, abi.encode(thief, WHOLE_BALANCE));
        _refuse(1, plan, abi.encodeWithSelector(Policy.RecipientNotAllowed.selector, 0, thief, account));
    }

    function test_admits_unwrapping_to_the_account() public view {
        _admit(_then(_plan(V3_IN, _v3(ROUTER, _path(USD, WETH))), UNWRAP_WETH, abi.encode(CALLER, 0)));
    }

    function test_refuses_to_leave_unwrapped_wei_on_the_router() public {
        Plan memory plan = _plan(V3_IN, _v3(ROUTER, _path(USD, WETH)));
        plan = _then(plan, UNWRAP_WETH, abi.encode(ROUTER, 0));
        _refuse(plan, _left(NATIVE));
        _admit(_sweep(plan, address(0)));
    }

    function test_refuses_to_unwrap_to_anyone_else() public {
        Plan memory plan = _plan(UNWRAP_WETH, abi.encode(thief, 0));
        _refuse(plan, abi.encodeWithSelector(Policy.RecipientNotAllowed.selector, 0, thief, account));
    }

    function test_refuses_wrapping_where_the_wrapped_token_is_not_listed() public {
        Policy.Config memory config = _config();
        config.wrappedNative = SHADY;
        policy = Policy(factory.createPolicy(config));
        _refuse(_plan(WRAP_ETH, abi.encode(account, WHOLE_BALANCE)), _notAllowed(0, SHADY));
        _refuse(_plan(UNWRAP_WETH, abi.encode(account, 0)), _notAllowed(0, SHADY));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Checks of balances
    // ---------------------------------------------------------------------------------------------------------------

    function test_admits_a_balance_check_of_a_listed_token() public {
        _admit(_plan(BALANCE_CHECK, abi.encode(account, WETH, 1)));
        _refuse(_plan(BALANCE_CHECK, abi.encode(account, SHADY, 1)), _notAllowed(0, SHADY));
    }
}
