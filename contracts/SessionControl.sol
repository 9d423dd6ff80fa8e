// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC7579Module, MODULE_TYPE_EXECUTOR} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {MisuseProofs} from "./base/MisuseProofs.sol";
import {IERC7710DelegationManager} from "./interfaces/IERC7710.sol";
import {ISessionControl} from "./interfaces/ISessionControl.sol";
import {AccountWord} from "./libraries/AccountWord.sol";
import {ControlHash} from "./libraries/ControlHash.sol";
import {DelegationCodec} from "./libraries/DelegationCodec.sol";
import {SessionLayout} from "./libraries/SessionLayout.sol";
import {SessionReader, SessionView} from "./libraries/SessionReader.sol";
import {SessionWord, StoredStatus} from "./libraries/SessionWord.sol";
import {SignerCheck} from "./libraries/SignerCheck.sol";

interface IDelegatedExecution {
    function executeDelegated(bytes calldata order, address submitter) external;
}

/// @title SessionControl
/// @dev The part of the session manager that is called seldom. Its code runs on the state of `SessionManager`, which
/// delegates to it; called by itself it has only an empty state of its own, which means nothing to anybody.
contract SessionControl is MisuseProofs {
    // ---------------------------------------------------------------------------------------------------------------
    // One session
    // ---------------------------------------------------------------------------------------------------------------

    /// @inheritdoc ISessionControl
    function surrender(bytes calldata session) external nonReentrant {
        SessionView memory view_ = SessionReader.read(session);
        if (msg.sender != view_.packed.signer() || view_.options.signerTailLength != 0)
            revert CallerNotAllowed(msg.sender);
        _revoke(view_, msg.sender);
    }

    /// @inheritdoc ISessionControl
    function surrenderWithSignature(bytes calldata session, Control calldata control) external nonReentrant {
        SessionView memory view_ = SessionReader.read(session);
        _checkDeadline(control.deadline);
        bytes32 digest = _digestOf(ControlHash.SURRENDER, view_, control);
        if (!_isSignedByKey(view_.packed, view_.options, digest, control.signature))
            revert ControlSignatureInvalid(digest);
        _revoke(view_, view_.packed.signer());
    }

    /// @inheritdoc ISessionControl
    function suspend(bytes calldata session) external nonReentrant {
        SessionView memory view_ = SessionReader.read(session);
        if (msg.sender != view_.options.sentinel) revert CallerNotAllowed(msg.sender);
        _suspend(view_);
    }

    /// @inheritdoc ISessionControl
    function suspendWithSignature(bytes calldata session, Control calldata control) external nonReentrant {
        SessionView memory view_ = SessionReader.read(session);
        _checkControl(view_.account, control);
        bytes32 digest = _digestOf(ControlHash.SUSPEND, view_, control);
        if (!_isSignedBySentinel(view_, digest, control.signature)) revert ControlSignatureInvalid(digest);
        _suspend(view_);
    }

    /// @inheritdoc ISessionControl
    function resume(bytes calldata session) external nonReentrant {
        SessionView memory view_ = SessionReader.read(session);
        if (msg.sender != view_.account) revert CallerNotAllowed(msg.sender);
        _resume(view_);
    }

    /// @inheritdoc ISessionControl
    function resumeWithSignature(bytes calldata session, Control calldata control) external nonReentrant {
        SessionView memory view_ = SessionReader.read(session);
        _checkControl(view_.account, control);
        _checkOwner(view_.account, _digestOf(ControlHash.RESUME, view_, control), control.signature);
        _resume(view_);
    }

    /// @inheritdoc ISessionControl
    function revokeWithSignature(bytes calldata session, Control calldata control) external nonReentrant {
        SessionView memory view_ = SessionReader.read(session);
        _checkControl(view_.account, control);
        bytes32 digest = _digestOf(ControlHash.REVOKE, view_, control);
        if (SignerCheck.isSignedBy(view_.account, digest, control.signature)) {
            _accounts[view_.account] = _accounts[view_.account].withNextNonce();
            _revoke(view_, view_.account);
            return;
        }
        bool mayRevoke = view_.flags & SessionLayout.SENTINEL_MAY_REVOKE != 0;
        if (!mayRevoke || !_isSignedBySentinel(view_, digest, control.signature)) {
            revert ControlSignatureInvalid(digest);
        }
        _revoke(view_, view_.options.sentinel);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // The account
    // ---------------------------------------------------------------------------------------------------------------

    /// @inheritdoc ISessionControl
    function pause(address account) external nonReentrant {
        AccountWord word = _accounts[account];
        if (msg.sender != account && msg.sender != word.guardian()) revert CallerNotAllowed(msg.sender);
        _pause(account, word, msg.sender);
    }

    /// @inheritdoc ISessionControl
    function pauseWithSignature(address account, Control calldata control) external nonReentrant {
        _checkControl(account, control);
        bytes32 digest = _digestOf(ControlHash.PAUSE, account, control);
        AccountWord word = _accounts[account];
        address by = account;
        if (!SignerCheck.isSignedBy(account, digest, control.signature)) {
            by = word.guardian();
            if (by == address(0) || !SignerCheck.isSignedBy(by, digest, control.signature)) {
                revert ControlSignatureInvalid(digest);
            }
        }
        _pause(account, word, by);
    }

    /// @inheritdoc ISessionControl
    function unpause() external nonReentrant {
        _unpause(msg.sender);
    }

    /// @inheritdoc ISessionControl
    function unpauseWithSignature(address account, Control calldata control) external nonReentrant {
        _checkControl(account, control);
        _checkOwner(account, _digestOf(ControlHash.UNPAUSE, account, control), control.signature);
        _unpause(account);
    }

    /// @inheritdoc ISessionControl
    function revokeAllWithSignature(
        address account,
        Control calldata control
    ) external nonReentrant returns (uint32 epoch) {
        _checkControl(account, control);
        _checkOwner(account, _digestOf(ControlHash.REVOKE_ALL, account, control), control.signature);
        return _revokeAll(account, _accounts[account].withNextNonce());
    }

    /// @inheritdoc ISessionControl
    function setGuardian(address guardian) external nonReentrant {
        _setGuardian(msg.sender, guardian);
    }

    /// @inheritdoc ISessionControl
    function setGuardianWithSignature(
        address account,
        address guardian,
        Control calldata control
    ) external nonReentrant {
        _checkControl(account, control);
        bytes32 subject = bytes32(uint256(uint160(guardian)));
        bytes32 structHash = ControlHash.hashOf(ControlHash.SET_GUARDIAN, account, subject, control);
        _checkOwner(account, _hashTypedDataV4(structHash), control.signature);
        _setGuardian(account, guardian);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // As a module, and as a manager of delegations
    // ---------------------------------------------------------------------------------------------------------------

    /// @inheritdoc IERC7579Module
    function onInstall(bytes calldata) external nonReentrant {
        AccountWord word = _accounts[msg.sender];
        if (word.isInstalled()) revert ManagerAlreadyInstalled(msg.sender);
        _accounts[msg.sender] = word.withInstalled(true);
        emit ManagerInstalled(msg.sender);
    }

    /// @inheritdoc IERC7579Module
    /// @dev Ends every session, so that installing the manager again revives none. Never in the way of an uninstallation.
    function onUninstall(bytes calldata) external nonReentrant {
        emit ManagerUninstalled(msg.sender);
        _revokeAll(msg.sender, _accounts[msg.sender].withInstalled(false).withNextNonce());
    }

    /// @inheritdoc IERC7579Module
    function isModuleType(uint256 moduleTypeId) external pure returns (bool) {
        return moduleTypeId == MODULE_TYPE_EXECUTOR;
    }

    /// @inheritdoc IERC7710DelegationManager
    /// @dev Each delegation is one order, submitted by the caller; one that is refused undoes all.
    function redeemDelegations(
        bytes[] calldata permissionContexts,
        bytes32[] calldata modes,
        bytes[] calldata executionCallDatas
    ) external nonReentrant {
        uint256 count = permissionContexts.length;
        if (modes.length != count || executionCallDatas.length != count) revert DelegationLengthsDiffer();
        for (uint256 i; i < count; ++i) {
            bytes memory order = DelegationCodec.toOrder(permissionContexts[i], modes[i], executionCallDatas[i]);
            IDelegatedExecution(address(this)).executeDelegated(order, msg.sender);
        }
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What changes, once it is known who asks
    // ---------------------------------------------------------------------------------------------------------------

    function _suspend(SessionView memory session) private {
        SessionWord word = _expect(session.id, StoredStatus.Active);
        _words[session.id] = word.withStatus(StoredStatus.Suspended);
        emit SessionSuspended(session.account, session.id, session.options.sentinel);
    }

    function _resume(SessionView memory session) private {
        SessionWord word = _expect(session.id, StoredStatus.Suspended);
        _words[session.id] = word.withStatus(StoredStatus.Active);
        _accounts[session.account] = _accounts[session.account].withNextNonce();
        emit SessionResumed(session.account, session.id);
    }

    function _expect(bytes32 sessionId, StoredStatus expected) private view returns (SessionWord word) {
        word = _words[sessionId];
        StoredStatus status = word.status();
        if (status != expected) {
            revert SessionStatusMismatch(sessionId, SessionStatus(uint8(status)), SessionStatus(uint8(expected)));
        }
    }

    /// @dev Whatever the owner does, done already or not, ends what was signed before it. A guardian who pauses what is
    /// paused does nothing, and so cannot void what the owner signs.
    function _pause(address account, AccountWord word, address by) private {
        if (by != account && word.isPaused()) return;
        _accounts[account] = word.withPaused(true).withNextNonce();
        emit AccountPaused(account, by);
    }

    function _unpause(address account) private {
        _accounts[account] = _accounts[account].withPaused(false).withNextNonce();
        emit AccountUnpaused(account);
    }

    function _setGuardian(address account, address guardian) private {
        _accounts[account] = _accounts[account].withGuardian(guardian).withNextNonce();
        emit GuardianSet(account, guardian);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Signatures
    // ---------------------------------------------------------------------------------------------------------------

    function _checkDeadline(uint48 deadline) private view {
        if (block.timestamp > deadline) revert ControlExpired(deadline, uint48(block.timestamp));
    }

    function _checkControl(address account, Control calldata control) private view {
        _checkDeadline(control.deadline);
        uint48 current = _accounts[account].controlNonce();
        if (control.controlNonce != current) revert ControlNonceMismatch(control.controlNonce, current);
    }

    /// @dev The owner signs for the account: an EOA under EIP-7702 by its own key, a contract by ERC-1271.
    function _checkOwner(address account, bytes32 digest, bytes calldata signature) private view {
        if (!SignerCheck.isSignedBy(account, digest, signature)) revert ControlSignatureInvalid(digest);
    }

    function _isSignedBySentinel(
        SessionView memory session,
        bytes32 digest,
        bytes calldata signature
    ) private view returns (bool) {
        return
            session.options.sentinel != address(0) &&
            SignerCheck.isSignedBy(session.options.sentinel, digest, signature);
    }

    function _digestOf(
        bytes32 typehash,
        SessionView memory session,
        Control calldata control
    ) private view returns (bytes32) {
        return _hashTypedDataV4(ControlHash.hashOf(typehash, session.account, session.id, control));
    }

    function _digestOf(bytes32 typehash, address account, Control calldata control) private view returns (bytes32) {
        return _hashTypedDataV4(ControlHash.hashOf(typehash, account, control));
    }
}
