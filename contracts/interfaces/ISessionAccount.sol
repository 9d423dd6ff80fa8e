// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title How the session manager reaches a `SessionAccount`
interface ISessionAccount {
    /// @notice Makes one call of an order. Only the manager may call.
    /// @dev Behind the selector comes, packed: target 20 | wei 32 | data of the call. The answer is the selector as a word
    /// and what the target answered, cut at 256 bytes; reverts with the target's reason, cut as well. No other account has
    /// this function, and none answers it so by chance.
    function executeCallInOrder() external payable;
}
