// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IScopePolicy} from "../interfaces/IScopePolicy.sol";
import {IUniversalRouterPolicy} from "../interfaces/IUniversalRouterPolicy.sol";
import {AbiReader} from "../libraries/AbiReader.sol";
import {Route, RouteLib} from "./Route.sol";
import {V4ActionsCheck} from "./V4ActionsCheck.sol";

/// @title UniversalRouterPolicy
/// @dev Used as clones of which `Config` is the immutable argument. Stateless but for that.
contract UniversalRouterPolicy is IUniversalRouterPolicy {
    using AbiReader for bytes;
    using RouteLib for Route;

    uint256 private constant V3_SWAP_EXACT_IN = 0x00;
    uint256 private constant V3_SWAP_EXACT_OUT = 0x01;
    uint256 private constant SWEEP = 0x04;
    uint256 private constant V2_SWAP_EXACT_IN = 0x08;
    uint256 private constant V2_SWAP_EXACT_OUT = 0x09;
    uint256 private constant WRAP_ETH = 0x0b;
    uint256 private constant UNWRAP_WETH = 0x0c;
    uint256 private constant BALANCE_CHECK_ERC20 = 0x0e;
    uint256 private constant V4_SWAP = 0x10;

    bytes4 private constant EXECUTE = bytes4(keccak256("execute(bytes,bytes[])"));
    bytes4 private constant EXECUTE_BY_DEADLINE = bytes4(keccak256("execute(bytes,bytes[],uint256)"));

    /// @dev The amount that the router takes for all it has.
    uint256 private constant WHOLE_BALANCE = 1 << 255;
    /// @dev A V3 path is a token (20 bytes), then fee (3) and token for each pool.
    uint256 private constant V3_TOKEN = 20;
    uint256 private constant V3_STEP = 23;

    address private immutable IMPLEMENTATION = address(this);

    /// @inheritdoc IScopePolicy
    function checkCall(
        address account,
        bytes32,
        address target,
        uint256 value,
        bytes calldata data
    ) external view returns (bytes4) {
        Route memory route;
        route.config = config();
        route.account = account;
        if (target != route.config.router) revert RouterMismatch(target, route.config.router);
        bytes4 selector = data.length < 4 ? bytes4(0) : bytes4(data[:4]);
        if (selector != EXECUTE && selector != EXECUTE_BY_DEADLINE) revert SelectorNotExecute(selector);
        if (value != 0) route.onRouter = route.toNative();
        _checkCommands(route, data[4:]);
        route.requireNothingLeft();
        return IScopePolicy.checkCall.selector;
    }

    /// @inheritdoc IUniversalRouterPolicy
    function config() public view returns (Config memory) {
        if (address(this) == IMPLEMENTATION) revert PolicyNotConfigured();
        return abi.decode(Clones.fetchCloneArgs(address(this)), (Config));
    }

    /// @param arguments (bytes commands, bytes[] inputs of the commands), and a deadline perhaps.
    function _checkCommands(Route memory route, bytes calldata arguments) private view {
        bytes calldata commands = arguments.bytesAt(0);
        (uint256 count, bytes calldata inputs) = arguments.arrayAt(1);
        if (count != commands.length) revert CommandsNotMatched(commands.length, count);
        for (uint256 i; i < count; ++i) {
            uint8 code = uint8(commands[i]);
            // A shift by 32 and more leaves nothing: with a flag, or beyond the map, no command is allowed.
            if ((uint256(route.config.commands) >> code) & 1 == 0) revert CommandNotAllowed(i, code);
            route.command = i;
            _checkCommand(route, code, inputs.bytesAt(i));
        }
    }

    function _checkCommand(Route memory route, uint8 code, bytes calldata input) private view {
        if (code == V3_SWAP_EXACT_IN || code == V3_SWAP_EXACT_OUT) {
            _checkV3(route, code == V3_SWAP_EXACT_IN, input);
        } else if (code == V2_SWAP_EXACT_IN || code == V2_SWAP_EXACT_OUT) {
            _checkV2(route, input);
        } else if (code == V4_SWAP) {
            V4ActionsCheck.check(route, input);
        } else if (code == SWEEP) {
            // (currency, recipient, at least): all that the router has
            input.requireWords(3);
            route.requireAccount(input.addressAt(32));
            route.clear(route.toCurrency(input.addressAt(0)));
        } else if (code == WRAP_ETH) {
            // (recipient, amount)
            uint256 native = route.toNative();
            if (input.wordAt(32) == WHOLE_BALANCE) route.clear(native);
            route.deliver(input.addressAt(0), route.toToken(route.config.wrappedNative));
        } else if (code == UNWRAP_WETH) {
            // (recipient, at least): all that the router has
            input.requireWords(2);
            route.clear(route.toToken(route.config.wrappedNative));
            route.deliver(input.addressAt(0), route.toNative());
        } else if (code == BALANCE_CHECK_ERC20) {
            // (owner, token, at least): reads only
            input.requireWords(3);
            route.toToken(input.addressAt(32));
        } else {
            revert CommandNotAllowed(route.command, code);
        }
    }

    /// @param input (recipient, amount, limit, bytes path, whether the account pays, …).
    function _checkV3(Route memory route, bool isExactIn, bytes calldata input) private pure {
        input.numberAt(128, 1);
        bytes calldata path = input.bytesAt(3);
        uint256 length = path.length;
        if (length < V3_STEP + V3_TOKEN || (length - V3_TOKEN) % V3_STEP != 0) {
            revert PathInvalid(route.command, length);
        }
        uint256 last = length - V3_TOKEN;
        for (uint256 i; i <= last; i += V3_STEP) {
            uint256 bit = route.toToken(address(bytes20(path[i:i + V3_TOKEN])));
            bool isOutput = i == (isExactIn ? last : 0);
            // Each pool's output waits on the router for the next pool, which may run dry before it has taken it all.
            // With an exact output each pool pays the next one itself, exactly what that one asks.
            bool isBetween = isExactIn && i != 0;
            if (isOutput) route.deliver(input.addressAt(0), bit);
            else if (isBetween) route.onRouter |= bit;
        }
    }

    /// @param input (recipient, amount, limit, address[] path, whether the account pays, …).
    function _checkV2(Route memory route, bytes calldata input) private pure {
        input.numberAt(128, 1);
        (uint256 count, bytes calldata path) = input.arrayAt(3);
        if (count < 2) revert PathInvalid(route.command, count);
        uint256 bit;
        for (uint256 i; i < count; ++i) bit = route.toToken(path.addressAt(32 * i));
        route.deliver(input.addressAt(0), bit);
    }
}
