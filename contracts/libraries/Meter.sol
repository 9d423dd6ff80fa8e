// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {AccountCalls} from "./AccountCalls.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";
import {LimitView} from "./SessionReader.sol";

/// @title Metering of limits
/// @dev Under a gross limit a call is charged the most of what it declares, what it consumed of its temporary allowance,
/// and by how much the account's balance dropped across it; what comes back in a later call does not count. Net and
/// inventory limits see the balance before and after the whole order.
library Meter {
    /// @notice Reads the balance of every limit's token.
    /// @return unreadable The first token that did not answer; 0 = all did.
    function start(LimitView[] memory limits, address account) internal view returns (address unreadable) {
        for (uint256 i; i < limits.length; ++i) {
            LimitView memory limit = limits[i];
            (bool ok, uint256 balance) = _balance(limits, i, account, true);
            if (!ok) return limit.token;
            limit.balanceAtStart = balance;
            limit.balance = balance;
            limit.charged = 0;
        }
    }

    /// @notice Charges every gross limit for one call, and makes the balances after it those before the next.
    /// @param value The call's wei.
    /// @param token The token whose movement is known otherwise than by balance: of a transfer, or of the temporary
    /// allowance.
    /// @param amount How much of `token` the transfer declares, or the call consumed of its allowance.
    /// @param isLast Whether the order ends here: then the balances of all limits are read.
    /// @return unreadable The first token that did not answer; 0 = all did.
    function charge(
        LimitView[] memory limits,
        address account,
        uint256 value,
        address token,
        uint256 amount,
        bool isLast
    ) internal view returns (address unreadable) {
        for (uint256 i; i < limits.length; ++i) {
            LimitView memory limit = limits[i];
            bool isGross = limit.kind == ISessionTypes.LimitKind.Gross;
            if (!isGross && !isLast) continue;
            (bool ok, uint256 balance) = _balance(limits, i, account, isLast);
            if (!ok) return limit.token;
            if (isGross) {
                uint256 charged = limit.balance > balance ? limit.balance - balance : 0;
                if (limit.token == token && amount > charged) charged = amount;
                if (limit.token == NATIVE_TOKEN && value > charged) charged = value;
                limit.charged = _saturatingAdd(limit.charged, charged);
            }
            limit.balance = balance;
        }
    }

    /// @notice What the limit's counter becomes by an order whose calls are done.
    /// @return spent Gross and net: the period's spend, over the limit if above `amount`. Inventory: what is held.
    /// @return drop What the order took: gross, its charges; otherwise by how much it lowered the balance.
    /// @return fits Whether the limit allows it.
    function settle(LimitView memory limit) internal pure returns (uint256 spent, uint256 drop, bool fits) {
        spent = limit.spent;
        if (limit.kind == ISessionTypes.LimitKind.Gross) {
            drop = limit.charged;
            spent = _saturatingAdd(spent, drop);
            return (spent, drop, spent <= limit.amount);
        }
        // Each subtraction is guarded by a comparison.
        unchecked {
            uint256 rise;
            if (limit.balance < limit.balanceAtStart) drop = limit.balanceAtStart - limit.balance;
            else rise = limit.balance - limit.balanceAtStart;
            if (limit.kind == ISessionTypes.LimitKind.Net) {
                spent =
                    drop != 0
                        ? _saturatingAdd(spent, drop)
                        : spent > rise
                            ? spent - rise
                            : 0;
                return (spent, drop, spent <= limit.amount);
            }
            if (drop > spent) return (spent, drop, false);
            spent = drop != 0 ? spent - drop : _saturatingAdd(spent, rise);
            return (spent > type(uint104).max ? type(uint104).max : spent, drop, true);
        }
    }

    /// @notice The least that the limits on `token` have left: what a temporary allowance may be.
    function leastLeft(LimitView[] memory limits, address token) internal pure returns (uint256 least) {
        least = type(uint256).max;
        for (uint256 i; i < limits.length; ++i) {
            LimitView memory limit = limits[i];
            if (limit.token != token) continue;
            uint256 left = limit.spent;
            if (limit.kind != ISessionTypes.LimitKind.Inventory) {
                uint256 spent = _saturatingAdd(limit.spent, limit.charged);
                left = spent < limit.amount ? limit.amount - spent : 0;
            }
            if (left < least) least = left;
        }
    }

    /// @notice What a call's data says it moves of its target, if that is a token.
    /// @dev `CallCheck` has seen that the data of a transfer is long enough.
    function declaredAmount(uint256 dataAt, uint256 dataLength) internal pure returns (bool moves, uint256 amount) {
        if (dataLength < 4) return (false, 0);
        uint256 selector = CalldataReader.number(dataAt, 4);
        unchecked {
            if (selector == uint32(IERC20.transfer.selector)) return (true, CalldataReader.word(dataAt + 36));
            if (selector == uint32(IERC20.transferFrom.selector)) return (true, CalldataReader.word(dataAt + 68));
        }
    }

    /// @dev A token under several limits is read once.
    /// @param areFresh Whether all earlier limits hold the balance as it is now; otherwise only gross ones do.
    function _balance(
        LimitView[] memory limits,
        uint256 index,
        address account,
        bool areFresh
    ) private view returns (bool ok, uint256 balance) {
        address token = limits[index].token;
        for (uint256 i; i < index; ++i) {
            LimitView memory earlier = limits[i];
            if (earlier.token != token) continue;
            if (areFresh || earlier.kind == ISessionTypes.LimitKind.Gross) return (true, earlier.balance);
        }
        return AccountCalls.balanceOf(token, account);
    }

    /// @dev So that an absurd amount is over the limit and not an overflow.
    function _saturatingAdd(uint256 a, uint256 b) private pure returns (uint256 sum) {
        unchecked {
            sum = a + b;
            if (sum < a) sum = type(uint256).max;
        }
    }
}
