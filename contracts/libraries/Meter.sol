// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AccountCalls} from "./AccountCalls.sol";
import {CalldataBytes} from "./CalldataBytes.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";
import {LimitView} from "./SessionCodec.sol";

/// @title Metering of gross limits
/// @dev A call is charged the most of what it declares, what it consumed of its temporary allowance, and by how much the
/// account's balance dropped across it. What comes back in a later call does not count.
library Meter {
    using CalldataBytes for bytes;

    /// @notice Reads the balance of every limit's token.
    /// @return unreadable The first token that did not answer; 0 = all did.
    function start(LimitView[] memory limits, address account) internal view returns (address unreadable) {
        for (uint256 i; i < limits.length; ++i) {
            (bool ok, uint256 balance) = _balance(limits, i, account);
            if (!ok) return limits[i].token;
            limits[i].balance = balance;
        }
    }

    /// @notice Charges every limit for one call, and makes the balances after it those before the next.
    /// @param value The call's wei.
    /// @param token The token whose movement is known otherwise than by balance: of a transfer, or of the temporary
    /// allowance.
    /// @param amount How much of `token` the transfer declares, or the call consumed of its allowance.
    /// @return unreadable The first token that did not answer; 0 = all did.
    function charge(
        LimitView[] memory limits,
        address account,
        uint256 value,
        address token,
        uint256 amount
    ) internal view returns (address unreadable) {
        for (uint256 i; i < limits.length; ++i) {
            LimitView memory limit = limits[i];
            (bool ok, uint256 balance) = _balance(limits, i, account);
            if (!ok) return limit.token;
            uint256 charged = limit.balance > balance ? limit.balance - balance : 0;
            if (limit.token == token && amount > charged) charged = amount;
            if (limit.token == NATIVE_TOKEN && value > charged) charged = value;
            limit.balance = balance;
            // Saturates, so that an absurd amount is over the limit and not an overflow.
            unchecked {
                uint256 spent = limit.spent + charged;
                limit.spent = spent < charged ? type(uint256).max : spent;
            }
        }
    }

    /// @notice The least that the limits on `token` have left: what a temporary allowance may be.
    function leastLeft(LimitView[] memory limits, address token) internal pure returns (uint256 least) {
        least = type(uint256).max;
        for (uint256 i; i < limits.length; ++i) {
            LimitView memory limit = limits[i];
            if (limit.token != token) continue;
            uint256 left = limit.spent < limit.amount ? limit.amount - limit.spent : 0;
            if (left < least) least = left;
        }
    }

    /// @notice What `data` says it moves of its target, if that is a token.
    /// @dev `CallCheck` has seen that the data of a transfer is long enough.
    function declaredAmount(bytes calldata data) internal pure returns (bool moves, uint256 amount) {
        if (data.length < 4) return (false, 0);
        bytes4 selector = bytes4(data.word(0));
        if (selector == IERC20.transfer.selector) return (true, uint256(data.word(36)));
        if (selector == IERC20.transferFrom.selector) return (true, uint256(data.word(68)));
    }

    /// @dev A token under several limits is read once for each call.
    function _balance(
        LimitView[] memory limits,
        uint256 index,
        address account
    ) private view returns (bool ok, uint256 balance) {
        address token = limits[index].token;
        for (uint256 i; i < index; ++i) {
            if (limits[i].token == token) return (true, limits[i].balance);
        }
        return AccountCalls.balanceOf(token, account);
    }
}
