// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IUniversalRouterPolicy} from "../interfaces/IUniversalRouterPolicy.sol";
import {NATIVE_TOKEN} from "../libraries/NativeToken.sol";

/// @notice What is known of a call of the router while its commands are read in order.
/// @param command Position of the command being read.
/// @param onRouter Bit i = some of `config.tokens[i]` may lie on the router.
struct Route {
    IUniversalRouterPolicy.Config config;
    address account;
    uint256 command;
    uint256 onRouter;
}

/// @title Tokens and recipients of a route
library RouteLib {
    /// @dev The router's constants for its caller and for itself, as recipients.
    address private constant CALLER = address(1);
    address private constant ROUTER = address(2);

    /// @notice Refuses a token that is not listed, and the native one, which is no ERC-20.
    /// @return bit Of the token in `onRouter`.
    function toToken(Route memory route, address token) internal pure returns (uint256 bit) {
        if (token == NATIVE_TOKEN) revert IUniversalRouterPolicy.TokenNotAllowed(route.command, token);
        return _toBit(route, token);
    }

    /// @notice As `toToken`, where the router takes 0 for the native token.
    function toCurrency(Route memory route, address currency) internal pure returns (uint256 bit) {
        return currency == address(0) ? toNative(route) : toToken(route, currency);
    }

    function toNative(Route memory route) internal pure returns (uint256 bit) {
        return _toBit(route, NATIVE_TOKEN);
    }

    /// @notice Records that the router sends a token to `recipient`.
    /// @param bit Of the token.
    function deliver(Route memory route, address recipient, uint256 bit) internal pure {
        if (recipient == ROUTER) route.onRouter |= bit;
        else requireAccount(route, recipient);
    }

    /// @notice Records that all of a token that lies on the router leaves it.
    function clear(Route memory route, uint256 bit) internal pure {
        route.onRouter &= ~bit;
    }

    function requireAccount(Route memory route, address recipient) internal pure {
        if (recipient != CALLER && recipient != route.account) {
            revert IUniversalRouterPolicy.RecipientNotAllowed(route.command, recipient, route.account);
        }
    }

    function requireHook(Route memory route, address hook) internal pure {
        if (hook == address(0)) return;
        address[] memory hooks = route.config.hooks;
        for (uint256 i; i < hooks.length; ++i) {
            if (hooks[i] == hook) return;
        }
        revert IUniversalRouterPolicy.HookNotAllowed(route.command, hook);
    }

    /// @notice Refuses a route that may leave a token behind.
    function requireNothingLeft(Route memory route) internal pure {
        if (route.onRouter == 0) return;
        uint256 index;
        while ((route.onRouter >> index) & 1 == 0) ++index;
        revert IUniversalRouterPolicy.TokenLeftOnRouter(route.config.tokens[index]);
    }

    function _toBit(Route memory route, address token) private pure returns (uint256) {
        address[] memory tokens = route.config.tokens;
        for (uint256 i; i < tokens.length; ++i) {
            if (tokens[i] == token) return 1 << i;
        }
        revert IUniversalRouterPolicy.TokenNotAllowed(route.command, token);
    }
}
