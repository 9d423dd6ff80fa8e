// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {AccountCalls} from "./AccountCalls.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";
import {SessionWord} from "./SessionWord.sol";
import {LimitCounter} from "./LimitCounter.sol";
import {LimitRecord, Limits} from "./Limits.sol";

/// @title Metering of limits
/// @dev Under a gross limit a call is charged the most of what it declares, what it consumed of its temporary allowance,
/// and by how much the account's balance dropped across it; what comes back in a later call does not count. Net and
/// inventory limits see the balance before and after the whole order.
library Meter {
    /// @notice Reads what is stored of a limit, and the balance of its token.
    /// @param limit One of `limits`; those before it are started.
    /// @param stored The limit's counter.
    /// @return ok Whether the token answered.
    function start(
        Limits limits,
        LimitRecord limit,
        address account,
        SessionWord stored
    ) internal view returns (bool ok) {
        limit.setSpent(LimitCounter.read(limit, stored));
        uint256 balance;
        (ok, balance) = _balance(limits, limit, account, true);
        limit.setBalanceAtStart(balance);
        limit.setBalance(balance);
        limit.setCharged(0);
    }

    /// @notice Charges every gross limit for one call, and makes the balances after it those before the next.
    /// @param value The call's wei.
    /// @param token The token whose movement is known otherwise than by balance: of a transfer, or of the temporary
    /// allowance.
    /// @param amount How much of `token` the transfer declares, or the call consumed of its allowance.
    /// @param isLast Whether the order ends here: then the balances of all limits are read.
    /// @return unreadable The first token that did not answer; 0 = all did.
    function charge(
        Limits limits,
        address account,
        uint256 value,
        address token,
        uint256 amount,
        bool isLast
    ) internal view returns (address unreadable) {
        LimitRecord end = limits.end();
        for (LimitRecord limit = limits.first(); !limit.isAt(end); limit = limit.next()) {
            bool isGross = limit.isKind(ISessionTypes.LimitKind.Gross);
            if (!isGross && !isLast) continue;
            address limited = limit.token();
            (bool ok, uint256 balance) = _balance(limits, limit, account, isLast);
            if (!ok) {
                unreadable = limited;
                break;
            }
            if (isGross) {
                uint256 charged = limited == token ? amount : 0;
                if (limited == NATIVE_TOKEN && value > charged) charged = value;
                charged = _max(charged, _drop(limit.balance(), balance));
                limit.setCharged(_saturatingAdd(limit.charged(), charged));
            }
            limit.setBalance(balance);
        }
    }

    /// @notice What the limit's counter becomes by an order whose calls are done.
    /// @return spent Gross and net: the period's spend, over the limit if above `amount`. Inventory: what is held.
    /// @return drop What the order took: gross, its charges; otherwise by how much it lowered the balance.
    /// @return fits Whether the limit allows it.
    function settle(LimitRecord limit) internal pure returns (uint256 spent, uint256 drop, bool fits) {
        spent = limit.spent();
        if (limit.isKind(ISessionTypes.LimitKind.Gross)) {
            drop = limit.charged();
            spent = _saturatingAdd(spent, drop);
            fits = spent <= limit.amount();
        } else {
            drop = _drop(limit.balanceAtStart(), limit.balance());
            uint256 rise = _drop(limit.balance(), limit.balanceAtStart());
            if (limit.isKind(ISessionTypes.LimitKind.Net)) {
                spent = _drop(_saturatingAdd(spent, drop), rise);
                fits = spent <= limit.amount();
            } else if (drop <= spent) {
                spent = _saturatingAdd(_drop(spent, drop), rise);
                if (spent > type(uint104).max) spent = type(uint104).max;
                fits = true;
            }
        }
    }

    /// @notice The least that the limits on `token` have left: what a temporary allowance may be.
    function leastLeft(Limits limits, address token) internal pure returns (uint256 least) {
        least = type(uint256).max;
        LimitRecord end = limits.end();
        for (LimitRecord limit = limits.first(); !limit.isAt(end); limit = limit.next()) {
            if (limit.token() != token) continue;
            uint256 left = limit.spent();
            if (!limit.isKind(ISessionTypes.LimitKind.Inventory)) {
                left = _drop(limit.amount(), _saturatingAdd(left, limit.charged()));
            }
            if (left < least) least = left;
        }
    }

    /// @notice What a call's data says it moves of its target, if that is a token.
    /// @dev `CallCheck` has seen that the data of a transfer is long enough.
    /// @param selector With which the data starts.
    function declaredAmount(uint256 selector, uint256 dataAt) internal pure returns (bool moves, uint256 amount) {
        unchecked {
            if (selector == uint32(IERC20.transfer.selector)) {
                (moves, amount) = (true, CalldataReader.word(dataAt + 36));
            } else if (selector == uint32(IERC20.transferFrom.selector)) {
                (moves, amount) = (true, CalldataReader.word(dataAt + 68));
            }
        }
    }

    /// @dev A token under several limits is read once.
    /// @param areFresh Whether all earlier limits hold the balance as it is now; otherwise only gross ones do.
    function _balance(
        Limits limits,
        LimitRecord limit,
        address account,
        bool areFresh
    ) private view returns (bool ok, uint256 balance) {
        address token = limit.token();
        LimitRecord known = limits.first();
        for (; !known.isAt(limit); known = known.next()) {
            if (known.token() == token && (areFresh || known.isKind(ISessionTypes.LimitKind.Gross))) break;
        }
        if (known.isAt(limit)) (ok, balance) = AccountCalls.balanceOf(token, account);
        else (ok, balance) = (true, known.balance());
    }

    /// @return By how much `after_` is below `before`, or 0.
    function _drop(uint256 before, uint256 after_) private pure returns (uint256) {
        unchecked {
            return before > after_ ? before - after_ : 0;
        }
    }

    function _max(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a : b;
    }

    /// @dev So that an absurd amount is over the limit and not an overflow.
    function _saturatingAdd(uint256 a, uint256 b) private pure returns (uint256 sum) {
        // sum = a + b; if (sum < a) sum = type(uint256).max, without a jump.
        assembly ("memory-safe") {
            sum := add(a, b)
            sum := or(sum, sub(0, lt(sum, a)))
        }
    }
}
