// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "./ISessionTypes.sol";

/// @title Using and ending sessions
/// @dev The entries that are called often. `ISessionGrants` and `ISessionControl` have the rest; all are one contract to a
/// caller.
interface ISessionUse is ISessionTypes {
    /// @notice Ends one session for ever, also before its grant. Its account may call, and its sentinel if the session
    /// says so.
    /// @param session Packed session.
    function revoke(bytes calldata session) external;

    /// @notice Ends every session of the caller at the same cost for one as for ten thousand.
    /// @return epoch The caller's new epoch, which new sessions must name.
    function revokeAll() external returns (uint32 epoch);

    /// @notice Runs one order. Reverts with the error of whatever refuses it, and then uses nothing.
    /// @param order Packed signed order; `docs/encoding.md`.
    function execute(bytes calldata order) external;

    /// @notice Runs many orders, each in a frame of exactly the gas it signed, so that none undoes or starves another.
    /// @param orders Packed signed orders.
    /// @return results One an order: 0 = executed, otherwise the selector of the error that stopped it.
    function executeBatch(bytes[] calldata orders) external returns (bytes4[] memory results);
}
