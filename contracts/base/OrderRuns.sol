// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {AccountCalls} from "../libraries/AccountCalls.sol";
import {CalldataReader} from "../libraries/CalldataReader.sol";
import {LimitCounter} from "../libraries/LimitCounter.sol";
import {LimitRecord, Limits} from "../libraries/Limits.sol";
import {Meter} from "../libraries/Meter.sol";
import {OrderRecord, OrderRecordLib} from "../libraries/OrderRecord.sol";
import {PackedCall, PackedOrderLib} from "../libraries/PackedOrder.sol";
import {ScopeCodec} from "../libraries/ScopeCodec.sol";
import {SessionWord} from "../libraries/SessionWord.sol";
import {Allowance, AllowanceFault, TemporaryAllowance} from "../libraries/TemporaryAllowance.sol";
import {OrderChecks} from "./OrderChecks.sol";

/// @title Running an order: its calls, and what they are charged
/// @dev From the calls on a failure is returned, not reverted, so that `_run` can undo the order in its own way.
abstract contract OrderRuns is OrderChecks {
    /// @dev How the frame of one order in a batch tells the batch that the order had passed its checks. Only this
    /// contract's own frames are asked, and none of them passes on foreign revert data unwrapped.
    error OrderCallsFailed(bytes32 sessionId, bytes32 orderHash, uint24 nonce, SessionWord word, bytes reason);

    /// @dev Writing the state word and the outcome's event. Measured: under 6,000.
    uint256 private constant SETTLE_GAS = 8_000;
    /// @dev Writing one further counter, in the worst case from zero.
    uint256 private constant COUNTER_WRITE_GAS = 23_000;

    function _run(bytes calldata order, address submitter, bool isolated) internal {
        OrderRecord record = OrderRecordLib.create();
        _check(order, submitter, record);
        uint256 available = gasleft();
        uint256 required = _settleGas(record.counters());
        if (available < required) revert OrderOutOfGas(available, required);
        _words[record.sessionId()] = record.word();

        bytes memory failure;
        // An order without calls only uses its nonce.
        if (CalldataReader.byteAt(record.callsAt()) != 0) failure = _runCalls(record, required);
        uint24 nonce = PackedOrderLib.headOf(order).nonce();
        if (failure.length == 0) {
            emit OrderExecuted(record.sessionId(), record.hash(), nonce);
        } else if (isolated) {
            revert OrderCallsFailed(record.sessionId(), record.hash(), nonce, record.word(), failure);
        } else {
            _revertWith(failure);
        }
    }

    /// @param settleGas What must be left once the calls are done.
    function _runCalls(OrderRecord record, uint256 settleGas) private returns (bytes memory failure) {
        uint256 cursor = record.callsAt();
        uint256 count = CalldataReader.byteAt(cursor);
        address unreadable = _startMeter(record);
        if (unreadable != address(0)) return _unreadable(unreadable);
        unchecked {
            cursor += 1;
        }
        do {
            (failure, cursor) = _runCall(record, PackedCall.wrap(cursor), count);
            if (failure.length != 0) return failure;
            unchecked {
                --count;
            }
        } while (count != 0);
        if (record.limits().count() != 0) return _settle(record, settleGas);
    }

    /// @return unreadable The first token that did not answer; 0 = all did.
    function _startMeter(OrderRecord record) private view returns (address unreadable) {
        Limits limits = record.limits();
        LimitRecord limit = limits.first();
        LimitRecord end = limits.end();
        if (limit.isAt(end)) return unreadable;
        address account = record.session().account();
        SessionWord stored = record.word();
        uint256 index;
        while (Meter.start(limits, limit, account, stored)) {
            limit = limit.next();
            if (limit.isAt(end)) return unreadable;
            unchecked {
                stored = _spends[record.sessionId()][++index];
            }
        }
        return limit.token();
    }

    /// @param left How many calls of the order are to come, this one included.
    /// @return failure Empty if the call ran and is charged.
    /// @return end Where the packed call ends.
    function _runCall(
        OrderRecord record,
        PackedCall call,
        uint256 left
    ) private returns (bytes memory failure, uint256 end) {
        uint256 scopeAt = call.scopeAt();
        uint256 scopeHead = CalldataReader.word(scopeAt);
        (, uint256 proofEnd) = call.proof();
        (uint256 value, uint256 dataAt, uint256 dataLength) = PackedOrderLib.content(proofEnd);
        unchecked {
            end = dataAt + dataLength;
        }
        address token = ScopeCodec.targetOf(scopeHead);
        uint256 amount;
        if (ScopeCodec.spends(scopeHead)) {
            Allowance memory allowance = _toAllowance(record, scopeAt, scopeHead);
            token = allowance.token;
            failure = _toFailure(record, TemporaryAllowance.set(allowance), allowance, left);
            if (failure.length != 0) return (failure, end);
            (failure, ) = _call(record, allowance.target, value, dataAt, dataLength, left);
            if (failure.length != 0) return (failure, end);
            AllowanceFault fault;
            (fault, amount) = TemporaryAllowance.takeBack(allowance);
            failure = _toFailure(record, fault, allowance, left);
            if (failure.length != 0) return (failure, end);
        } else {
            uint256 consent;
            (failure, consent) = _call(record, token, value, dataAt, dataLength, left);
            if (failure.length != 0) return (failure, end);
            // A transfer has no temporary allowance (its target would be the token itself): one amount is declared.
            bool moves;
            (moves, amount) = Meter.declaredAmount(ScopeCodec.selectorOf(scopeHead), dataAt);
            if (moves) {
                if (consent == 0) return (_refused(token), end);
            }
        }
        address unreadable = Meter.charge(record.limits(), record.session().account(), value, token, amount, left == 1);
        if (unreadable != address(0)) failure = _unreadable(unreadable);
    }

    /// @param left As in `_runCall`.
    /// @return failure Empty if the call succeeded.
    /// @return consent As `AccountCalls.call` has it.
    function _call(
        OrderRecord record,
        address target,
        uint256 value,
        uint256 dataAt,
        uint256 dataLength,
        uint256 left
    ) private returns (bytes memory failure, uint256 consent) {
        uint256 available = gasleft();
        uint256 required = AccountCalls.gasToCall(dataLength);
        if (available < required) return (abi.encodeWithSelector(OrderOutOfGas.selector, available, required), 0);
        uint256 kind = record.session().kindNumber();
        bool ok;
        (ok, consent) = AccountCalls.call(record.session().account(), kind, target, value, dataAt, dataLength);
        if (!ok) failure = _reverted(record, kind, consent, left);
    }

    /// @dev The target may pull at most what the limits have left, during this call only.
    function _toAllowance(
        OrderRecord record,
        uint256 scopeAt,
        uint256 scopeHead
    ) private pure returns (Allowance memory) {
        (ISessionTypes.SpendMethod method, address token) = ScopeCodec.readSpend(scopeAt);
        return
            Allowance({
                account: record.session().account(),
                kind: record.session().kindNumber(),
                token: token,
                target: ScopeCodec.targetOf(scopeHead),
                method: method,
                cap: Meter.leastLeft(record.limits(), token),
                before: 0,
                consent: 0
            });
    }

    /// @param left As in `_runCall`.
    function _toFailure(
        OrderRecord record,
        AllowanceFault fault,
        Allowance memory allowance,
        uint256 left
    ) private view returns (bytes memory failure) {
        if (fault == AllowanceFault.None) return failure;
        if (fault == AllowanceFault.TokenUnreadable) return _unreadable(allowance.token);
        if (fault == AllowanceFault.CallReverted) return _reverted(record, allowance.kind, allowance.consent, left);
        return _refused(allowance.token);
    }

    /// @param kind Number of the account's `AccountKind`.
    /// @param consent As `AccountCalls.call` had it.
    /// @param left As in `_runCall`.
    function _reverted(
        OrderRecord record,
        uint256 kind,
        uint256 consent,
        uint256 left
    ) private pure returns (bytes memory) {
        uint256 index = CalldataReader.byteAt(record.callsAt()) - left;
        return abi.encodeWithSelector(CallReverted.selector, index, AccountCalls.lastReason(kind, consent));
    }

    function _refused(address token) private pure returns (bytes memory) {
        return abi.encodeWithSelector(TokenRefused.selector, token);
    }

    /// @dev The word is read again: nothing can have changed it while the lock is held, and if something had, nothing
    /// would be spent.
    /// @param required Gas that must be left.
    function _settle(OrderRecord record, uint256 required) private returns (bytes memory failure) {
        uint256 available = gasleft();
        if (available < required) return abi.encodeWithSelector(OrderOutOfGas.selector, available, required);
        bytes32 sessionId = record.sessionId();
        LimitRecord first = record.limits().first();
        LimitRecord end = record.limits().end();
        uint256 index;
        for (LimitRecord limit = first; !limit.isAt(end); limit = limit.next()) {
            failure = _settleLimit(record, limit, index);
            if (failure.length != 0) return failure;
            unchecked {
                ++index;
            }
        }
        SessionWord word = _words[sessionId];
        if (!word.isActive()) {
            ISessionTypes.SessionStatus status = ISessionTypes.SessionStatus(uint8(word.status()));
            return abi.encodeWithSelector(SessionNotActive.selector, sessionId, status);
        }
        _words[sessionId] = LimitCounter.write(first, word, first.spent());
    }

    /// @dev Writes the limit's counters, but for the first limit's spend, which is in the session's word.
    function _settleLimit(OrderRecord record, LimitRecord limit, uint256 index) private returns (bytes memory failure) {
        (uint256 spent, uint256 drop, bool fits) = Meter.settle(limit);
        if (!fits) {
            if (limit.isKind(ISessionTypes.LimitKind.Inventory)) {
                return abi.encodeWithSelector(InventoryExceeded.selector, index, limit.token(), drop, limit.spent());
            }
            return abi.encodeWithSelector(LimitExceeded.selector, index, limit.token(), spent, limit.amount());
        }
        limit.setSpent(spent);
        if (limit.approveAbove() != 0) {
            bytes32 sessionId = record.sessionId();
            SessionWord counted = _unapproved[sessionId][index];
            uint256 unapproved = record.isApproved() ? 0 : counted.spentIn(limit.period()) + drop;
            if (unapproved > limit.approveAbove()) {
                return abi.encodeWithSelector(ApprovalMissing.selector, index, unapproved, limit.approveAbove());
            }
            _write(_unapproved[sessionId], index, counted, counted.withSpent(limit.period(), unapproved));
        }
        if (index != 0) {
            bytes32 sessionId = record.sessionId();
            SessionWord stored = _spends[sessionId][index];
            _write(_spends[sessionId], index, stored, LimitCounter.write(limit, stored, spent));
        }
    }

    function _write(
        mapping(uint256 => SessionWord) storage words,
        uint256 index,
        SessionWord before,
        SessionWord now_
    ) private {
        if (SessionWord.unwrap(now_) != SessionWord.unwrap(before)) words[index] = now_;
    }

    /// @param counters Words of state for limits; one is part of the session's word.
    /// @return Gas that covers recording the order's outcome, good or bad.
    function _settleGas(uint256 counters) private pure returns (uint256) {
        // At most 30 counters.
        unchecked {
            return SETTLE_GAS + (counters > 1 ? (counters - 1) * COUNTER_WRITE_GAS : 0);
        }
    }

    /// @dev A token is not to blame if the order had no gas left to ask it.
    function _unreadable(address token) private view returns (bytes memory) {
        uint256 available = gasleft();
        if (available < AccountCalls.GAS_RESERVE) {
            return abi.encodeWithSelector(OrderOutOfGas.selector, available, AccountCalls.GAS_RESERVE);
        }
        return abi.encodeWithSelector(TokenUnreadable.selector, token);
    }

    function _revertWith(bytes memory failure) private pure {
        assembly ("memory-safe") {
            revert(add(failure, 32), mload(failure))
        }
    }
}
