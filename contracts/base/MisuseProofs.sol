// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionControl} from "../interfaces/ISessionControl.sol";
import {CalldataReader} from "../libraries/CalldataReader.sol";
import {Breach, CallCheck} from "../libraries/CallCheck.sol";
import {ScopeCodec} from "../libraries/ScopeCodec.sol";
import {ScopesTree} from "../libraries/ScopesTree.sol";
import {SessionLayout} from "../libraries/SessionLayout.sol";
import {SessionReader, SessionView} from "../libraries/SessionReader.sol";
import {SessionEnding} from "./SessionEnding.sol";
import {SessionViews} from "./SessionViews.sol";

/// @title Ending a session by what its key signed
abstract contract MisuseProofs is SessionEnding, SessionViews {
    /// @inheritdoc ISessionControl
    function reportMisuse(
        bytes calldata session,
        Order calldata order,
        bytes calldata signature,
        bytes[] calldata scopes
    ) external nonReentrant {
        SessionView memory view_ = SessionReader.read(session);
        if (view_.flags & SessionLayout.REVOKE_ON_MISUSE == 0) revert MisuseNotEnding(view_.id);
        if (order.sessionId != view_.id) revert OrderOfOtherSession(order.sessionId, view_.id);
        _checkGranted(view_.id);
        bytes32 orderHash = _hashOrder(order);
        if (!_isSignedByKey(view_.packed, view_.options, orderHash, signature)) revert SignatureInvalid(orderHash);
        if (order.nonce < view_.packed.maxOrders()) {
            _checkRoot(scopes, view_.packed.scopesRoot());
            if (_admitsAll(view_, order.calls, scopes)) revert MisuseNotProven(orderHash);
        }
        emit MisuseProven(view_.id, orderHash, msg.sender);
        _revoke(view_, msg.sender);
    }

    /// @dev Otherwise anyone with a key of their own could name another's account in a session and revoke its id.
    function _checkGranted(bytes32 sessionId) private view {
        SessionStatus status = SessionStatus(uint8(_words[sessionId].status()));
        if (status != SessionStatus.Active && status != SessionStatus.Suspended) {
            revert SessionNotActive(sessionId, status);
        }
    }

    function _checkRoot(bytes[] calldata scopes, bytes32 expected) private pure {
        if (scopes.length == 0) revert NoScopes();
        bytes32[] memory leaves = new bytes32[](scopes.length);
        for (uint256 i; i < scopes.length; ++i) {
            leaves[i] = ScopeCodec.toLeaf(keccak256(scopes[i]));
            if (i != 0 && leaves[i] <= leaves[i - 1]) revert ScopesNotSorted(i);
        }
        bytes32 root = ScopesTree.toRoot(leaves);
        if (root != expected) revert ScopesRootMismatch(expected, root);
    }

    /// @return Whether every call is admitted by some scope, the one it names or another.
    function _admitsAll(
        SessionView memory session,
        Call[] calldata calls,
        bytes[] calldata scopes
    ) private view returns (bool) {
        for (uint256 i; i < calls.length; ++i) {
            bool isAdmitted;
            for (uint256 j; j < scopes.length && !isAdmitted; ++j) {
                isAdmitted = _admits(session.account, calls[i], CalldataReader.start(scopes[j]));
            }
            if (!isAdmitted) return false;
        }
        return true;
    }

    function _admits(address account, Call calldata call, uint256 scopeAt) private view returns (bool) {
        uint256 head = CalldataReader.word(scopeAt);
        if (ScopeCodec.targetOf(head) != call.target) return false;
        uint256 dataAt = CalldataReader.start(call.data);
        (uint256 breach, , ) = CallCheck.findBreach(scopeAt, head, account, call.value, dataAt, call.data.length);
        return breach == Breach.NONE;
    }
}
