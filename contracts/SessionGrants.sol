// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {SessionStorage} from "./base/SessionStorage.sol";
import {ISessionGrants} from "./interfaces/ISessionGrants.sol";
import {CalldataReader} from "./libraries/CalldataReader.sol";
import {GrantHash} from "./libraries/GrantHash.sol";
import {PackedWriter} from "./libraries/PackedWriter.sol";
import {ScopeCodec} from "./libraries/ScopeCodec.sol";
import {SessionPacker} from "./libraries/SessionPacker.sol";
import {SessionRules} from "./libraries/SessionRules.sol";
import {SessionWordLib, StoredStatus} from "./libraries/SessionWord.sol";
import {SignerCheck} from "./libraries/SignerCheck.sol";
import {TypedWords} from "./libraries/TypedWords.sol";

/// @title SessionGrants
/// @dev The part of the session manager that grants. Its code runs on the state of `SessionManager`, which delegates to it;
/// called by itself it has only a state of its own, which means nothing to anybody.
contract SessionGrants is ISessionGrants, SessionStorage {
    using CalldataReader for bytes;
    using PackedWriter for uint256;
    using TypedWords for Session;

    /// @inheritdoc ISessionGrants
    function grant(
        Session calldata session,
        Scope[] calldata scopes
    ) external nonReentrant returns (bytes32 sessionId) {
        if (uint160(msg.sender) != session.word(TypedWords.ACCOUNT))
            revert GrantNotByAccount(session.account, msg.sender);
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
        bytes calldata signer = session.signer;
        bytes calldata approver = session.approver;
        Limit[] calldata limits = session.limits;
        TypedWords.check(session, limits);
        address account = address(uint160(session.word(TypedWords.ACCOUNT)));
        SessionRules.checkSession(session, signer, approver, limits, _accounts[account].epoch());
        // Not more than calldata has room for.
        bytes32[] memory leaves = PackedWriter.allocate(scopes.length);
        // data = abi.encode(packed, packedScopes), but packed where it is emitted from: the places of the two parts, the
        // first, the second.
        uint256 data = PackedWriter.free();
        uint256 end;
        // Memory addresses are far below 2^256.
        unchecked {
            end = SessionPacker.write(session, signer, approver, limits, data + 0x60);
            sessionId = end.hash(data + 0x60);
            end = end.close(data + 0x40);
            data.put(0x40, 32).put(end - data, 32);
        }
        end = SessionRules.writeScopes(session, limits, scopes, leaves, end);
        end.reserve();
        StoredStatus status = _words[sessionId].status();
        if (status != StoredStatus.None) revert SessionAlreadyKnown(sessionId, SessionStatus(uint8(status)));
        _words[sessionId] = SessionWordLib.create();
        bytes32 topic = SessionGranted.selector;
        bytes32 signerHash = CalldataReader.hash(signer.start(), signer.length);
        // emit SessionGranted(account, sessionId, signer, packed, packedScopes), which copies both once more.
        assembly ("memory-safe") {
            log4(data, sub(end, data), topic, account, sessionId, signerHash)
        }
    }
}
