// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionControl} from "../interfaces/ISessionControl.sol";
import {AccountWord} from "../libraries/AccountWord.sol";
import {LimitCounter} from "../libraries/LimitCounter.sol";
import {OrderHash, WordList, WordListLib} from "../libraries/OrderHash.sol";
import {LimitRecord} from "../libraries/Limits.sol";
import {OrderRecord, OrderRecordLib} from "../libraries/OrderRecord.sol";
import {SessionReader, SessionView} from "../libraries/SessionReader.sol";
import {SessionWord, StoredStatus} from "../libraries/SessionWord.sol";
import {OrderChecks} from "./OrderChecks.sol";

/// @title What can be read of sessions
/// @dev Views show no authority that is gone, and revert while an order runs.
abstract contract SessionViews is ISessionControl, OrderChecks {
    /// @inheritdoc ISessionControl
    function stateOf(bytes calldata session) external view nonReentrantView returns (SessionState memory state) {
        SessionView memory view_ = SessionReader.read(session);
        SessionWord word = _words[view_.id];
        state.status = _statusOf(view_, word);
        state.nextNonce = word.nonceHead();
        state.nonceWindow = word.nonceWindow();
        if (state.nextNonce != 0) state.lastUsedAt = view_.packed.validAfter() + word.lastUse();
    }

    /// @inheritdoc ISessionControl
    function remaining(bytes calldata session) external view nonReentrantView returns (uint256[] memory amounts) {
        SessionView memory view_ = SessionReader.read(session);
        SessionWord word = _words[view_.id];
        amounts = new uint256[](view_.limits.count());
        if (_statusOf(view_, word) != SessionStatus.Active) return amounts;
        for (uint256 i; i < amounts.length; ++i) {
            amounts[i] = LimitCounter.left(view_.limits.at_(i), i == 0 ? word : _spends[view_.id][i]);
        }
    }

    /// @inheritdoc ISessionControl
    function unapprovedOf(bytes calldata session) external view nonReentrantView returns (uint256[] memory amounts) {
        SessionView memory view_ = SessionReader.read(session);
        amounts = new uint256[](view_.limits.count());
        for (uint256 i; i < amounts.length; ++i) {
            LimitRecord limit = view_.limits.at_(i);
            if (limit.approveAbove() != 0) amounts[i] = _unapproved[view_.id][i].spentIn(limit.period());
        }
    }

    /// @inheritdoc ISessionControl
    function accountStateOf(address account) external view nonReentrantView returns (AccountState memory) {
        return _accounts[account].toState();
    }

    /// @inheritdoc ISessionControl
    function preflight(
        bytes calldata order,
        address submitter
    ) external view nonReentrantView returns (bytes32 orderHash) {
        OrderRecord record = OrderRecordLib.create();
        _check(order, submitter, record);
        return record.hash();
    }

    /// @inheritdoc ISessionControl
    function isInitialized(address account) external view nonReentrantView returns (bool) {
        return _accounts[account].isInstalled();
    }

    /// @inheritdoc ISessionControl
    function hashOrder(Order calldata order) external view returns (bytes32 orderHash) {
        return _hashOrder(order);
    }

    /// @inheritdoc ISessionControl
    function hashLease(bytes32 sessionId, uint48 issuedAt) external view returns (bytes32 digest) {
        return _hashTypedDataV4(OrderHash.hashLease(sessionId, issuedAt));
    }

    /// @inheritdoc ISessionControl
    function hashApproval(bytes32 orderHash) external view returns (bytes32 digest) {
        return _hashTypedDataV4(OrderHash.hashApproval(orderHash));
    }

    function _hashOrder(Order calldata order) internal view returns (bytes32) {
        uint256 count = order.calls.length;
        WordList callHashes = WordListLib.allocate(count);
        for (uint256 i; i < count; ++i) {
            Call calldata call = order.calls[i];
            callHashes.set(i, OrderHash.hashCall(call.target, call.value, keccak256(call.data), call.scope));
        }
        bytes32 callsHash = callHashes.hash(count);
        return
            _hashTypedDataV4(
                OrderHash.hashOrder(order.sessionId, order.nonce, order.deadline, order.gasLimit, callsHash)
            );
    }

    function _statusOf(SessionView memory session, SessionWord word) private view returns (SessionStatus) {
        StoredStatus status = word.status();
        if (status != StoredStatus.Active) return SessionStatus(uint8(status));
        AccountWord account = _accounts[session.account];
        if (account.epoch() != session.packed.epoch()) return SessionStatus.Superseded;
        if (block.timestamp >= session.packed.validUntil()) return SessionStatus.Expired;
        if (word.isExhausted(session.packed.maxOrders())) return SessionStatus.Exhausted;
        if (account.isPaused()) return SessionStatus.Paused;
        if (block.timestamp < session.packed.validAfter()) return SessionStatus.Pending;
        return SessionStatus.Active;
    }
}
