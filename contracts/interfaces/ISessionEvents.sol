// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title Events of the session manager
/// @dev Every change of state has one, so whoever reads the chain knows what every key may do.
interface ISessionEvents {
    /// @notice `account` granted a session.
    /// @param signer Topic: keccak256 of the session's `signer` bytes.
    /// @param session Packed session; its keccak256 is `sessionId`.
    /// @param scopes Packed scopes, in the order of their leaves.
    event SessionGranted(
        address indexed account,
        bytes32 indexed sessionId,
        bytes indexed signer,
        bytes session,
        bytes[] scopes
    );
    /// @notice `sessionId` is dead for ever. `by` is who revoked it.
    event SessionRevoked(address indexed account, bytes32 indexed sessionId, address by);
    /// @notice Every session of `account` granted before `epoch` is dead.
    event SessionsRevoked(address indexed account, uint32 epoch);
    /// @notice No session of `account` can be used until it unpauses. `by` is who paused it.
    event AccountPaused(address indexed account, address by);
    event AccountUnpaused(address indexed account);
    /// @notice An order ran.
    event OrderExecuted(bytes32 indexed sessionId, bytes32 indexed orderHash, uint24 nonce);
    /// @notice An order in a batch passed every check before its calls, used its nonce, and was undone.
    /// @param reason Encoded error of the cause.
    event OrderFailed(bytes32 indexed sessionId, bytes32 indexed orderHash, uint24 nonce, bytes reason);
    /// @notice An order in a batch was refused before its calls and used nothing.
    /// @param sessionId As the order states it, unchecked; 0 if unreadable.
    /// @param position Index of the order in the batch.
    /// @param reason Encoded error of the cause; empty if the order's gas ran out before its calls.
    event OrderSkipped(bytes32 indexed sessionId, uint256 position, bytes reason);
    /// @notice `sessionId` cannot be used until the account resumes it. `by` is its sentinel.
    event SessionSuspended(address indexed account, bytes32 indexed sessionId, address by);
    /// @notice `sessionId` can be used again.
    event SessionResumed(address indexed account, bytes32 indexed sessionId);
    /// @notice The key of `sessionId` signed `orderHash`, which no scope of the session admits. `SessionRevoked` follows.
    event MisuseProven(bytes32 indexed sessionId, bytes32 indexed orderHash, address reporter);
    /// @notice `guardian` may pause all sessions of `account`; 0 = nobody may.
    event GuardianSet(address indexed account, address indexed guardian);
    /// @notice An ERC-7579 account installed the manager.
    event ManagerInstalled(address indexed account);
    /// @notice An ERC-7579 account uninstalled the manager. `SessionsRevoked` follows.
    event ManagerUninstalled(address indexed account);
}
