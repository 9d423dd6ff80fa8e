// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IAbiErrors} from "../interfaces/IAbiErrors.sol";
import {IUniversalRouterPolicy} from "../interfaces/IUniversalRouterPolicy.sol";
import {AbiReader} from "../libraries/AbiReader.sol";
import {Route, RouteLib} from "./Route.sol";

/// @dev What the router and the pool manager are asked.
interface IUniswapV4Router {
    function poolManager() external view returns (address);
}

interface ITransientReader {
    function exttload(bytes32 slot) external view returns (bytes32 value);
}

/// @title The actions within `V4_SWAP`
/// @dev The pool manager ends an unlock only when the router owes and is owed nothing, so within one unlock it is enough
/// to know the currencies and who is paid. That ceases to hold in an unlock that someone else opened and may go on with.
library V4ActionsCheck {
    using AbiReader for bytes;
    using RouteLib for Route;

    uint256 private constant SWAP_EXACT_IN_SINGLE = 0x06;
    uint256 private constant SWAP_EXACT_IN = 0x07;
    uint256 private constant SWAP_EXACT_OUT_SINGLE = 0x08;
    uint256 private constant SWAP_EXACT_OUT = 0x09;
    uint256 private constant SETTLE = 0x0b;
    uint256 private constant SETTLE_ALL = 0x0c;
    uint256 private constant TAKE = 0x0e;
    uint256 private constant TAKE_ALL = 0x0f;
    uint256 private constant TAKE_PORTION = 0x10;
    /// @dev Where the pool manager keeps whether it is unlocked.
    bytes32 private constant IS_UNLOCKED_SLOT = bytes32(uint256(keccak256("Unlocked")) - 1);

    /// @param input (bytes actions, bytes[] inputs of the actions).
    function check(Route memory route, bytes calldata input) internal view {
        _requireLocked(route.config.router);
        bytes calldata actions = input.bytesAt(0);
        (uint256 count, bytes calldata inputs) = input.arrayAt(1);
        if (count != actions.length) {
            revert IUniversalRouterPolicy.ActionsNotMatched(route.command, actions.length, count);
        }
        for (uint256 i; i < count; ++i) {
            _checkAction(route, i, uint8(actions[i]), inputs.bytesAt(i));
        }
    }

    function _checkAction(Route memory route, uint256 index, uint8 action, bytes calldata input) private pure {
        if (action == SWAP_EXACT_IN_SINGLE || action == SWAP_EXACT_OUT_SINGLE) {
            _checkPool(route, _toStruct(input));
        } else if (action == SWAP_EXACT_IN || action == SWAP_EXACT_OUT) {
            _checkPath(route, _toStruct(input));
        } else if (action == SETTLE) {
            // (currency, amount, whether the account pays)
            input.numberAt(64, 1);
            route.toCurrency(input.addressAt(0));
        } else if (action == SETTLE_ALL || action == TAKE_ALL) {
            // (currency, the most to pay or the least to take); the account pays or takes
            input.requireWords(2);
            route.toCurrency(input.addressAt(0));
        } else if (action == TAKE || action == TAKE_PORTION) {
            // (currency, recipient, amount or part)
            input.requireWords(3);
            route.deliver(input.addressAt(32), route.toCurrency(input.addressAt(0)));
        } else {
            revert IUniversalRouterPolicy.ActionNotAllowed(route.command, index, action);
        }
    }

    /// @dev The router follows whatever offset stands here; every encoder writes 32.
    function _toStruct(bytes calldata input) private pure returns (bytes calldata) {
        uint256 offset = input.wordAt(0);
        if (offset != 32) revert IAbiErrors.AbiInvalid(offset, 32);
        return input[32:];
    }

    /// @param swap (PoolKey (currency0, currency1, fee, tickSpacing, hooks), …).
    function _checkPool(Route memory route, bytes calldata swap) private pure {
        route.toCurrency(swap.addressAt(0));
        route.toCurrency(swap.addressAt(32));
        route.requireHook(swap.addressAt(128));
    }

    /// @param swap (currency, PathKey[] (currency, fee, tickSpacing, hooks, bytes), …).
    function _checkPath(Route memory route, bytes calldata swap) private pure {
        route.toCurrency(swap.addressAt(0));
        (uint256 count, bytes calldata pools) = swap.arrayAt(1);
        if (count == 0) revert IUniversalRouterPolicy.PathInvalid(route.command, 0);
        for (uint256 i; i < count; ++i) {
            bytes calldata pool = pools.tailAt(i);
            route.toCurrency(pool.addressAt(0));
            route.requireHook(pool.addressAt(96));
        }
    }

    function _requireLocked(address router) private view {
        address poolManager = IUniswapV4Router(router).poolManager();
        if (ITransientReader(poolManager).exttload(IS_UNLOCKED_SLOT) != 0) {
            revert IUniversalRouterPolicy.PoolManagerUnlocked(poolManager);
        }
    }
}
