// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title A contract that a scope asks about each of its calls
/// @notice It can only reject: what it admits, every other check still has to admit. It is static-called before any call
/// of the order is made, within the order's gas.
interface IScopePolicy {
    /// @param account Whose call it is.
    /// @param sessionId keccak256 of the packed session.
    /// @param target Of the call; the scope's.
    /// @param value Wei.
    /// @param data Of the call; starts with the scope's selector.
    /// @return magic This function's selector if the call is admitted; anything else, or a revert, rejects it.
    function checkCall(
        address account,
        bytes32 sessionId,
        address target,
        uint256 value,
        bytes calldata data
    ) external view returns (bytes4 magic);
}
