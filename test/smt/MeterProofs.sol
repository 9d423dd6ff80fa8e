// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../contracts/interfaces/ISessionTypes.sol";
import {LimitCounter} from "../../contracts/libraries/LimitCounter.sol";
import {LimitRecord, Limits, LimitsLib} from "../../contracts/libraries/Limits.sol";
import {Meter} from "../../contracts/libraries/Meter.sol";
import {SessionWord} from "../../contracts/libraries/SessionWord.sol";

/// @title What holds of every limit, whatever was charged and whatever the balances are
/// @dev As in `SessionWordProofs`.
contract MeterProofs {
    function accepts_grossIffTheSumIsWithinTheLimit(
        uint256 spent,
        uint256 charged,
        uint104 amount
    ) external pure returns (bool) {
        LimitRecord limit = _limit(ISessionTypes.LimitKind.Gross, amount, spent);
        limit.setCharged(charged);
        (uint256 after_, uint256 drop, bool fits) = Meter.settle(limit);
        (uint256 sum, bool wraps) = _add(spent, charged);
        bool expected = !wraps && sum <= amount;
        return fits == expected && drop == charged && (!fits || after_ == sum) && (!fits || after_ >= spent);
    }

    function accepts_netIffTheLossIsWithinTheLimit(
        uint104 spent,
        uint256 before,
        uint256 now_,
        uint104 amount
    ) external pure returns (bool) {
        if (spent > amount) return true;
        LimitRecord limit = _limit(ISessionTypes.LimitKind.Net, amount, spent);
        limit.setBalanceAtStart(before);
        limit.setBalance(now_);
        (uint256 after_, , bool fits) = Meter.settle(limit);
        if (now_ >= before) {
            uint256 rise = now_ - before;
            return fits && after_ == (spent > rise ? spent - rise : 0);
        }
        (uint256 sum, bool wraps) = _add(spent, before - now_);
        return fits == (!wraps && sum <= amount) && (!fits || after_ == sum);
    }

    function accepts_salesIffTheyAreHeld(uint104 held, uint256 before, uint256 now_) external pure returns (bool) {
        LimitRecord limit = _limit(ISessionTypes.LimitKind.Inventory, 0, held);
        limit.setBalanceAtStart(before);
        limit.setBalance(now_);
        (uint256 after_, , bool fits) = Meter.settle(limit);
        if (now_ < before) return fits == (before - now_ <= held) && (!fits || after_ == held - (before - now_));
        (uint256 sum, bool wraps) = _add(held, now_ - before);
        return fits && after_ == (wraps || sum > type(uint104).max ? type(uint104).max : sum);
    }

    /// @dev Of charges below 2^104: z3 finds no end with all.
    function accepts_allowancesOfTheLeastThatIsLeft(
        uint104 amount,
        uint104 spent,
        uint104 charged,
        uint104 amount2,
        uint104 spent2,
        uint104 charged2
    ) external pure returns (bool) {
        Limits limits = LimitsLib.allocate(2);
        LimitRecord first = limits.at_(0);
        LimitRecord second = limits.at_(1);
        first.set(1, uint256(ISessionTypes.LimitKind.Gross), amount, 0, 0);
        second.set(1, uint256(ISessionTypes.LimitKind.Gross), amount2, 0, 0);
        first.setSpent(spent);
        first.setCharged(charged);
        second.setSpent(spent2);
        second.setCharged(charged2);
        uint256 least = Meter.leastLeft(limits, address(1));
        uint256 left = _left(amount, spent, charged);
        uint256 left2 = _left(amount2, spent2, charged2);
        return least == (left < left2 ? left : left2);
    }

    function accepts_countersOfEveryKind(
        uint256 word,
        uint8 kind,
        uint256 period,
        uint104 amount,
        uint104 counted
    ) external pure returns (bool) {
        bool isInventory = kind == uint8(ISessionTypes.LimitKind.Inventory);
        if (kind > 2 || period >= 1 << 28 || (!isInventory && counted > amount)) return true;
        LimitRecord limit = LimitsLib.allocate(1).at_(0);
        limit.set(1, kind, amount, isInventory ? 0 : period, 0);
        SessionWord stored = LimitCounter.write(limit, SessionWord.wrap(word), counted);
        return
            LimitCounter.read(limit, stored) == counted &&
            LimitCounter.left(limit, stored) == (isInventory ? counted : amount - counted) &&
            SessionWord.unwrap(stored) >> 132 == word >> 132;
    }

    function _limit(
        ISessionTypes.LimitKind kind,
        uint256 amount,
        uint256 spent
    ) private pure returns (LimitRecord limit) {
        limit = LimitsLib.allocate(1).at_(0);
        limit.set(1, uint256(kind), amount, 0, 0);
        limit.setSpent(spent);
    }

    function _left(uint256 amount, uint256 spent, uint256 charged) private pure returns (uint256) {
        (uint256 sum, bool wraps) = _add(spent, charged);
        return wraps || sum > amount ? 0 : amount - sum;
    }

    function _add(uint256 a, uint256 b) private pure returns (uint256 sum, bool wraps) {
        unchecked {
            sum = a + b;
            wraps = sum < a;
        }
    }
}
