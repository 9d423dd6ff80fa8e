// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IAbiErrors} from "../../../contracts/interfaces/IAbiErrors.sol";
import {IUniversalRouterPolicy as Policy} from "../../../contracts/interfaces/IUniversalRouterPolicy.sol";
import {PolicyTest} from "./PolicyTest.sol";

contract CheckCallV4Test is PolicyTest {
    function _notAllowed(address token) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Policy.TokenNotAllowed.selector, 0, token);
    }

    function test_admits_a_swap_of_one_pool() public view {
        _admit(_v4());
        _admit(_v4Action(SWAP_OUT_SINGLE, _single(_pool(USD, WETH, address(0)))));
    }

    function test_admits_a_swap_of_several_pools() public view {
        _admit(_v4Action(SWAP_IN, _multi(USD, WETH, DAI, address(0))));
        _admit(_v4Action(SWAP_OUT, _multi(USD, address(0), DAI, HOOK)));
    }

    function test_refuses_an_unlisted_currency_in_a_pool() public {
        _refuse(_v4Action(SWAP_IN_SINGLE, _single(_pool(SHADY, WETH, address(0)))), _notAllowed(SHADY));
        _refuse(_v4Action(SWAP_OUT_SINGLE, _single(_pool(USD, SHADY, address(0)))), _notAllowed(SHADY));
    }

    function test_refuses_an_unlisted_currency_anywhere_in_a_path() public {
        _refuse(_v4Action(SWAP_IN, _multi(SHADY, WETH, DAI, address(0))), _notAllowed(SHADY));
        _refuse(_v4Action(SWAP_IN, _multi(USD, SHADY, DAI, address(0))), _notAllowed(SHADY));
        _refuse(_v4Action(SWAP_OUT, _multi(USD, WETH, SHADY, address(0))), _notAllowed(SHADY));
    }

    function test_refuses_an_empty_path() public {
        ExactInput memory swap;
        swap.currencyIn = USD;
        _refuse(_v4Action(SWAP_IN, abi.encode(swap)), abi.encodeWithSelector(Policy.PathInvalid.selector, 0, 0));
    }

    function test_refuses_the_native_token_by_another_name_than_the_routers() public {
        _refuse(_v4Action(SWAP_IN_SINGLE, _single(_pool(NATIVE, WETH, address(0)))), _notAllowed(NATIVE));
    }

    function test_refuses_unlisted_hooks() public {
        address hook = address(0x80);
        bytes memory reason = abi.encodeWithSelector(Policy.HookNotAllowed.selector, 0, hook);
        _refuse(_v4Action(SWAP_IN_SINGLE, _single(_pool(USD, WETH, hook))), reason);
        _refuse(_v4Action(SWAP_IN, _multi(USD, WETH, DAI, hook)), reason);
    }

    function test_admits_listed_hooks() public view {
        _admit(_v4Action(SWAP_IN_SINGLE, _single(_pool(USD, WETH, HOOK))));
    }

    function test_refuses_every_action_it_does_not_know(uint8 action) public {
        vm.assume(action < SWAP_IN_SINGLE || action > TAKE_PORTION || action == 0x0a || action == 0x0d);
        _refuse(_v4Action(action, ""), abi.encodeWithSelector(Policy.ActionNotAllowed.selector, 0, 0, action));
    }

    function test_refuses_other_numbers_of_inputs_than_of_actions() public {
        Plan memory plan = _plan(V4_SWAP, abi.encode(abi.encodePacked(SETTLE_ALL), new bytes[](0)));
        _refuse(plan, abi.encodeWithSelector(Policy.ActionsNotMatched.selector, 0, 1, 0));
        bytes[] memory inputs = new bytes[](2);
        inputs[0] = inputs[1] = abi.encode(USD, 100);
        plan = _plan(V4_SWAP, abi.encode(abi.encodePacked(SETTLE_ALL), inputs));
        _refuse(plan, abi.encodeWithSelector(Policy.ActionsNotMatched.selector, 0, 1, 2));
    }

    function test_admits_paying_from_account_and_router() public view {
        _admit(_v4Action(SETTLE, abi.encode(USD, 100, true)));
        _admit(_v4Action(SETTLE, abi.encode(address(0), WHOLE_BALANCE, false)));
    }

    function test_refuses_to_pay_in_an_unlisted_currency() public {
        _refuse(_v4Action(SETTLE, abi.encode(SHADY, 100, true)), _notAllowed(SHADY));
        _refuse(_v4Action(SETTLE_ALL, abi.encode(SHADY, 100)), _notAllowed(SHADY));
    }

    function test_refuses_a_payer_word_that_is_no_bool() public {
        bytes memory reason = abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, 2, 1);
        _refuse(_v4Action(SETTLE, abi.encode(USD, 100, 2)), reason);
    }

    function test_admits_taking_to_the_account() public view {
        bytes memory swap = _single(_pool(USD, WETH, address(0)));
        _admit(_v4(swap, TAKE, abi.encode(WETH, account, 0)));
        _admit(_v4(swap, TAKE, abi.encode(WETH, CALLER, 0)));
        _admit(_v4(swap, TAKE_PORTION, abi.encode(WETH, account, 10_000)));
    }

    function test_refuses_taking_to_anyone_else() public {
        bytes memory swap = _single(_pool(USD, WETH, address(0)));
        bytes memory reason = abi.encodeWithSelector(Policy.RecipientNotAllowed.selector, 0, thief, account);
        _refuse(_v4(swap, TAKE, abi.encode(WETH, thief, 0)), reason);
        _refuse(_v4(swap, TAKE_PORTION, abi.encode(WETH, thief, 1)), reason);
    }

    function test_refuses_taking_an_unlisted_currency() public {
        _refuse(_v4Action(TAKE, abi.encode(SHADY, account, 0)), _notAllowed(SHADY));
        _refuse(_v4Action(TAKE_ALL, abi.encode(SHADY, 0)), _notAllowed(SHADY));
    }

    function test_refuses_to_leave_what_it_takes_to_the_router() public {
        Plan memory plan = _v4(_single(_pool(USD, WETH, address(0))), TAKE, abi.encode(WETH, ROUTER, 0));
        _refuse(plan, abi.encodeWithSelector(Policy.TokenLeftOnRouter.selector, WETH));
        _admit(_sweep(plan, WETH));
    }

    function test_refuses_within_an_unlock_of_someone_else() public {
        router.setUnlocked(true);
        _refuse(_v4(), abi.encodeWithSelector(Policy.PoolManagerUnlocked.selector, router));
        _admit(_plan(V2_IN, _v2(account, USD, WETH)));
    }

    function test_refuses_inputs_of_actions_that_are_too_short() public {
        uint8[5] memory actions = [SETTLE, SETTLE_ALL, TAKE, TAKE_ALL, TAKE_PORTION];
        for (uint256 i; i < actions.length; ++i) {
            bool isPair = actions[i] == SETTLE_ALL || actions[i] == TAKE_ALL;
            bytes memory input = isPair ? abi.encode(USD) : abi.encode(USD, account);
            vm.expectPartialRevert(IAbiErrors.AbiInvalid.selector);
            _ask(0, _encode(_v4Action(actions[i], input)));
        }
    }

    function test_refuses_a_swap_that_is_not_where_encoders_put_it() public {
        bytes memory swap = _single(_pool(USD, WETH, address(0)));
        bytes memory shifted = bytes.concat(bytes32(uint256(64)), swap);
        _refuse(_v4Action(SWAP_IN_SINGLE, shifted), abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, 64, 32));
    }
}
