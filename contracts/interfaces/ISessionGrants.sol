// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "./ISessionTypes.sol";

/// @title Granting sessions
interface ISessionGrants is ISessionTypes {
    /// @notice Grants `session` with `scopes`. Only the session's account may call.
    /// @dev Refuses what no session may hold: see `docs/security.md`. Publishes session and scopes in `SessionGranted`.
    /// @param scopes All scopes, in strictly ascending order of their leaves; their root is `session.scopesRoot`.
    /// @return sessionId keccak256 of the packed session.
    function grant(Session calldata session, Scope[] calldata scopes) external returns (bytes32 sessionId);

    /// @notice `grant`, signed by the account: `Grant(Session session,Scope[] scopes,uint48 deadline)`.
    /// @dev Replay-safe by the session's id. `EIP-712` encodes enums as `uint8`.
    /// @param deadline Seconds since the Unix epoch, inclusive.
    function grantWithSignature(
        Session calldata session,
        Scope[] calldata scopes,
        uint48 deadline,
        bytes calldata signature
    ) external returns (bytes32 sessionId);

    /// @notice The id of a session: keccak256 of its packed form.
    function hashSession(Session calldata session) external pure returns (bytes32 sessionId);

    /// @notice The leaf of a scope.
    function hashScope(Scope calldata scope) external pure returns (bytes32 leaf);

    /// @notice The EIP-712 digest of a grant, which the account's owner signs.
    function hashGrant(
        Session calldata session,
        Scope[] calldata scopes,
        uint48 deadline
    ) external view returns (bytes32 digest);

    /// @notice The packed form of a session, as `stateOf` and orders take it.
    function packSession(Session calldata session) external pure returns (bytes memory);

    /// @notice The packed form of a scope, as orders take it.
    function packScope(Scope calldata scope) external pure returns (bytes memory);
}
