// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IAbiErrors} from "./IAbiErrors.sol";
import {IScopePolicy} from "./IScopePolicy.sol";

/// @title A scope policy for one UniversalRouter
/// @notice Admits calls of `execute(bytes,bytes[],uint256)` and `execute(bytes,bytes[])` that swap only listed tokens and
/// leave everything with the account. It bounds neither amounts nor prices: limits do.
/// @dev For routers of Uniswap's 2.x line, whose commands this reads as they do. What it cannot prove, it refuses:
/// - Commands: those of `Config.commands` only, never one that may fail or that runs other commands.
/// - Encoding: words with unused high bits, and offsets or lengths beyond the bytes that hold them, are refused.
/// - Recipients: the account, by address or as the router's constant 1. The router itself, its constant 2, holds tokens
///   for whoever comes next; a token that may lie there must be sent to the account by a later `SWEEP` or `UNWRAP_WETH`.
///   This includes wei sent along, and the tokens in the middle of a V3 path, of which a pool may take only a part.
/// - V4: no order runs inside someone else's unlock of the pool manager, where debts of one user of the router would be
///   settled by the next. Pools with hooks only if the hooks are listed.
interface IUniversalRouterPolicy is IScopePolicy, IAbiErrors {
    /// @notice What the policy admits. Its address commits to it.
    struct Config {
        /// The only target.
        address router;
        /// WETH9 of the router. Needed for `WRAP_ETH` and `UNWRAP_WETH` only.
        address wrappedNative;
        /// Bit i = command i is allowed. See `UniversalRouterPolicyFactory.SUPPORTED_COMMANDS`.
        uint32 commands;
        /// Strictly ascending, 1 to 255. 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE is the native token (ERC-7528).
        address[] tokens;
        /// V4 hooks that pools may have, strictly ascending, at most 255. Pools without hooks need no entry.
        address[] hooks;
    }

    /// @notice The implementation itself admits nothing; the factory makes policies.
    error PolicyNotConfigured();
    error RouterMismatch(address target, address router);
    error SelectorNotExecute(bytes4 selector);
    error CommandsNotMatched(uint256 commands, uint256 inputs);
    error ActionsNotMatched(uint256 command, uint256 actions, uint256 inputs);
    /// @param command Position among the commands.
    /// @param code The command's byte, flags included.
    error CommandNotAllowed(uint256 command, uint8 code);
    /// @param action Position among the V4 actions of the command.
    error ActionNotAllowed(uint256 command, uint256 action, uint8 code);
    error TokenNotAllowed(uint256 command, address token);
    error HookNotAllowed(uint256 command, address hook);
    error RecipientNotAllowed(uint256 command, address recipient, address account);
    /// @notice Length of a V3 path in bytes, or of a V2 path in tokens, that is no path.
    error PathInvalid(uint256 command, uint256 length);
    /// @notice No later command is certain to send this token from the router to the account.
    error TokenLeftOnRouter(address token);
    error PoolManagerUnlocked(address poolManager);

    /// @notice What this policy admits.
    function config() external view returns (Config memory);
}
