// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {SessionStorage} from "./base/SessionStorage.sol";
import {ISessionGrants} from "./interfaces/ISessionGrants.sol";
import {GrantHash} from "./libraries/GrantHash.sol";
import {ScopeCodec} from "./libraries/ScopeCodec.sol";
import {SessionPacker} from "./libraries/SessionPacker.sol";
import {SessionRules} from "./libraries/SessionRules.sol";
import {SessionWordLib, StoredStatus} from "./libraries/SessionWord.sol";
import {SignerCheck} from "./libraries/SignerCheck.sol";

/// @title SessionGrants
/// @dev The part of the session manager that grants. Its code runs on the state of `SessionManager`, which delegates to it;
/// called by itself it has only a state of its own, which means nothing to anybody.
contract SessionGrants is ISessionGrants, SessionStorage {
    /// @inheritdoc ISessionGrants
    function grant(
        Session calldata session,
        Scope[] calldata scopes
    ) external nonReentrant returns (bytes32 sessionId) {
        if (msg.sender != session.account) revert GrantNotByAccount(session.account, msg.sender);
        return _grant(session, scopes);
    }

    /// @inheritdoc ISessionGrants
    function grantWithSignature(
        Session calldata session,
        Scope[] calldata scopes,
        uint48 deadline,
        bytes calldata signature
    ) external nonReentrant returns (bytes32 sessionId) {
        if (block.timestamp > deadline) revert ControlExpired(deadline, uint48(block.timestamp));
        bytes32 digest = _hashTypedDataV4(GrantHash.hashGrant(session, scopes, deadline));
        if (!SignerCheck.isSignedBy(session.account, digest, signature)) revert ControlSignatureInvalid(digest);
        return _grant(session, scopes);
    }

    /// @inheritdoc ISessionGrants
    function hashSession(Session calldata session) external pure returns (bytes32 sessionId) {
        return keccak256(SessionPacker.pack(session));
    }

    /// @inheritdoc ISessionGrants
    function hashScope(Scope calldata scope) external pure returns (bytes32 leaf) {
        return ScopeCodec.toLeaf(keccak256(ScopeCodec.pack(scope)));
    }

    /// @inheritdoc ISessionGrants
    function hashGrant(
        Session calldata session,
        Scope[] calldata scopes,
        uint48 deadline
    ) external view returns (bytes32 digest) {
        return _hashTypedDataV4(GrantHash.hashGrant(session, scopes, deadline));
    }

    /// @inheritdoc ISessionGrants
    function packSession(Session calldata session) external pure returns (bytes memory) {
        return SessionPacker.pack(session);
    }

    /// @inheritdoc ISessionGrants
    function packScope(Scope calldata scope) external pure returns (bytes memory) {
        return ScopeCodec.pack(scope);
    }

    function _grant(Session calldata session, Scope[] calldata scopes) private returns (bytes32 sessionId) {
        SessionRules.checkSession(session, _accounts[session.account].epoch());
        bytes[] memory packedScopes = SessionRules.checkScopes(session, scopes);
        bytes memory packed = SessionPacker.pack(session);
        sessionId = keccak256(packed);
        StoredStatus status = _words[sessionId].status();
        if (status != StoredStatus.None) revert SessionAlreadyKnown(sessionId, SessionStatus(uint8(status)));
        _words[sessionId] = SessionWordLib.create();
        emit SessionGranted(session.account, sessionId, session.signer, packed, packedScopes);
    }
}
