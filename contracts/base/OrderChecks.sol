// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {AccountWord} from "../libraries/AccountWord.sol";
import {CalldataReader} from "../libraries/CalldataReader.sol";
import {Limits} from "../libraries/Limits.sol";
import {OrderRecord} from "../libraries/OrderRecord.sol";
import {OrderHead, PackedOrderLib} from "../libraries/PackedOrder.sol";
import {PackedSession} from "../libraries/PackedSession.sol";
import {SessionLayout} from "../libraries/SessionLayout.sol";
import {Options, SessionOptions} from "../libraries/SessionOptions.sol";
import {SessionReader} from "../libraries/SessionReader.sol";
import {SessionWord} from "../libraries/SessionWord.sol";
import {OrderCalls} from "./OrderCalls.sol";
import {OrderProofs} from "./OrderProofs.sol";

/// @title Everything that is checked of an order before its calls
abstract contract OrderChecks is OrderCalls, OrderProofs {
    uint256 private constant GATE_OPTIONS = SessionLayout.RELAYER | SessionLayout.MIN_INTERVAL;

    /// @param record Filled.
    function _check(bytes calldata order, address submitter, OrderRecord record) internal view {
        OrderHead head = PackedOrderLib.headOf(order);
        uint256 cursor = CalldataReader.start(order);
        // At most 2^16 + 15 beyond the order's start.
        unchecked {
            uint256 end = cursor + order.length;
            uint256 sessionLength = head.sessionLength();
            cursor += PackedOrderLib.SESSION_AT;
            PackedSession session = PackedSession.wrap(cursor);
            cursor += sessionLength;
            // A count read past the end must not be followed.
            if (cursor >= end) revert EncodingInvalid();
            record.setPlaces(session, cursor);
            SessionWord word = _checkSession(session, sessionLength, record);
            record.setWord(_checkOrder(session, word, head, submitter, record.optionsAt()));
            cursor = _checkCalls(record, session, head);
            _checkProofs(record, session, cursor, end, submitter);
            if (record.asksPolicy()) _askPolicies(record, session);
        }
    }

    function _checkSession(
        PackedSession session,
        uint256 length,
        OrderRecord record
    ) private view returns (SessionWord word) {
        (Limits limits, uint256 counters, uint256 optionsAt) = SessionReader.readLimits(session, length);
        record.setLimits(limits, counters, optionsAt);
        bytes32 id = CalldataReader.hash(PackedSession.unwrap(session), length);
        record.setSessionId(id);
        word = _words[id];
        if (!word.isActive()) {
            revert SessionNotActive(id, ISessionTypes.SessionStatus(uint8(word.status())));
        }
        AccountWord accountWord = _accounts[session.account()];
        if (!accountWord.admits(session.epoch())) {
            if (accountWord.isPaused()) revert AccountIsPaused(session.account());
            revert SessionSuperseded(session.epoch(), accountWord.epoch());
        }
        if (block.timestamp < session.validAfter()) {
            revert SessionNotYetValid(session.validAfter(), uint48(block.timestamp));
        }
        if (block.timestamp >= session.validUntil()) {
            revert SessionExpired(session.validUntil(), uint48(block.timestamp));
        }
    }

    /// @return The word with the order's nonce used.
    function _checkOrder(
        PackedSession session,
        SessionWord word,
        OrderHead head,
        address submitter,
        uint256 optionsAt
    ) private view returns (SessionWord) {
        if (block.timestamp > head.deadline()) revert OrderExpired(head.deadline(), uint48(block.timestamp));
        uint24 nonce = head.nonce();
        if (session.flags() & GATE_OPTIONS != 0) _checkGate(session, optionsAt, submitter, word, nonce);
        if (nonce >= session.maxOrders()) revert NonceTooHigh(nonce, session.maxOrders());
        unchecked {
            return word.useNonce(nonce, block.timestamp - session.validAfter());
        }
    }

    /// @dev What only some sessions ask. Whoever submits is refused before the nonce, and the nonce before the interval.
    function _checkGate(
        PackedSession session,
        uint256 optionsAt,
        address submitter,
        SessionWord word,
        uint24 nonce
    ) private view {
        Options memory options = SessionOptions.read(session.flags(), optionsAt);
        address relayer = options.relayer;
        if (relayer != address(0) && submitter != relayer) revert SubmitterNotAllowed(submitter, relayer);
        if (nonce >= session.maxOrders()) revert NonceTooHigh(nonce, session.maxOrders());
        uint256 minInterval = options.minInterval;
        if (minInterval == 0 || word.nonceHead() == 0) return;
        // Below 2^49 together.
        unchecked {
            uint256 nextAt = session.validAfter() + uint256(word.lastUse()) + minInterval;
            if (block.timestamp < nextAt) revert IntervalNotOver(uint48(nextAt), uint48(block.timestamp));
        }
    }
}
