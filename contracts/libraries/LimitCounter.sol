// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {LimitRecord} from "./Limits.sol";
import {SessionWord} from "./SessionWord.sol";

/// @title What is stored of a limit: a period and an amount
/// @dev Gross and net limits store the period's spend; a stored spend of another period counts as 0. Inventories store what
/// is held, in period 1; until then, what is held is the limit's amount.
library LimitCounter {
    uint256 private constant INVENTORY_PERIOD = 1;

    function read(LimitRecord limit, SessionWord stored) internal pure returns (uint256 amount) {
        if (!limit.isKind(ISessionTypes.LimitKind.Inventory)) amount = stored.spentIn(limit.period());
        else if (stored.period() == INVENTORY_PERIOD) amount = stored.spentIn(INVENTORY_PERIOD);
        else amount = limit.amount();
    }

    function write(LimitRecord limit, SessionWord stored, uint256 amount) internal pure returns (SessionWord) {
        bool isInventory = limit.isKind(ISessionTypes.LimitKind.Inventory);
        return stored.withSpent(isInventory ? INVENTORY_PERIOD : limit.period(), amount);
    }

    /// @notice What an order may still take.
    function left(LimitRecord limit, SessionWord stored) internal pure returns (uint256) {
        uint256 amount = read(limit, stored);
        if (limit.isKind(ISessionTypes.LimitKind.Inventory)) return amount;
        // Spend never passes the limit's amount.
        return limit.amount() - amount;
    }
}
