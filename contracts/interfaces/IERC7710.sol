// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title Redeeming delegations (ERC-7710)
interface IERC7710DelegationManager {
    /// @notice Runs the caller's calls under the authority that each context proves.
    /// @param permissionContexts One a delegation; here, an ABI-encoded `ISessionTypes.Delegation`.
    /// @param modes ERC-7579 execution modes: one call or several, reverting on failure.
    /// @param executionCallDatas ERC-7579 encoded calls.
    function redeemDelegations(
        bytes[] calldata permissionContexts,
        bytes32[] calldata modes,
        bytes[] calldata executionCallDatas
    ) external;
}
