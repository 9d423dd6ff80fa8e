// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {AccountCalls} from "../libraries/AccountCalls.sol";
import {CalldataReader} from "../libraries/CalldataReader.sol";
import {LimitCounter} from "../libraries/LimitCounter.sol";
import {LimitRecord, Limits} from "../libraries/Limits.sol";
import {Meter} from "../libraries/Meter.sol";
import {PackedCall, PackedOrderLib} from "../libraries/PackedOrder.sol";
import {ScopeCodec} from "../libraries/ScopeCodec.sol";
import {SessionWord} from "../libraries/SessionWord.sol";
import {Allowance, AllowanceFault, TemporaryAllowance} from "../libraries/TemporaryAllowance.sol";
import {OrderChecks, OrderView} from "./OrderChecks.sol";

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
        OrderView memory view_;
        _check(order, submitter, view_);
        uint256 available = gasleft();
        uint256 required = _settleGas(view_.counters);
        if (available < required) revert OrderOutOfGas(available, required);
        _words[view_.sessionId] = view_.word;

        bytes memory failure = _runCalls(view_);
        if (failure.length == 0) failure = _settle(view_);
        uint24 nonce = PackedOrderLib.headOf(order).nonce();
        if (failure.length == 0) {
            emit OrderExecuted(view_.sessionId, view_.hash, nonce);
        } else if (isolated) {
            revert OrderCallsFailed(view_.sessionId, view_.hash, nonce, view_.word, failure);
        } else {
            _revertWith(failure);
        }
    }

    function _runCalls(OrderView memory view_) private returns (bytes memory failure) {
        uint256 cursor = view_.callsAt;
        uint256 count = CalldataReader.byteAt(cursor);
        if (count == 0) return failure;
        address unreadable = _startMeter(view_);
        if (unreadable != address(0)) return _unreadable(unreadable);
        unchecked {
            cursor += 1;
        }
        do {
            (failure, cursor) = _runCall(view_, PackedCall.wrap(cursor), count);
            if (failure.length != 0) return failure;
            unchecked {
                --count;
            }
        } while (count != 0);
    }

    /// @return The first token that did not answer; 0 = all did.
    function _startMeter(OrderView memory view_) private view returns (address) {
        Limits limits = view_.limits;
        uint256 count = limits.count();
        SessionWord stored = view_.word;
        for (uint256 i; i < count; ++i) {
            if (i != 0) stored = _spends[view_.sessionId][i];
            LimitRecord limit = limits.at_(i);
            limit.setSpent(LimitCounter.read(limit, stored));
        }
        return Meter.start(limits, view_.session.account());
    }

    /// @param left How many calls of the order are to come, this one included.
    /// @return failure Empty if the call ran and is charged.
    /// @return end Where the packed call ends.
    function _runCall(
        OrderView memory view_,
        PackedCall call,
        uint256 left
    ) private returns (bytes memory failure, uint256 end) {
        uint256 scopeHead = CalldataReader.word(call.scopeAt());
        (, uint256 proofEnd) = call.proof();
        (uint256 value, uint256 dataAt, uint256 dataLength) = PackedOrderLib.content(proofEnd);
        unchecked {
            end = dataAt + dataLength;
        }
        // A transfer has no temporary allowance (its target would be the token itself): one amount is declared.
        address token = ScopeCodec.targetOf(scopeHead);
        uint256 amount;
        if (ScopeCodec.spends(scopeHead)) {
            (failure, token, amount) = _callWithAllowance(view_, call, left);
        } else {
            bool moves;
            (moves, amount) = Meter.declaredAmount(ScopeCodec.selectorOf(scopeHead), dataAt);
            failure = _call(view_, call, left, moves);
        }
        if (failure.length != 0) return (failure, end);
        address unreadable = Meter.charge(view_.limits, view_.session.account(), value, token, amount, left == 1);
        if (unreadable != address(0)) failure = _unreadable(unreadable);
    }

    /// @param left As in `_runCall`.
    /// @param moves Whether the call is a token's transfer, whose answer counts.
    function _call(
        OrderView memory view_,
        PackedCall call,
        uint256 left,
        bool moves
    ) private returns (bytes memory failure) {
        (, uint256 proofEnd) = call.proof();
        (uint256 value, uint256 dataAt, uint256 dataLength) = PackedOrderLib.content(proofEnd);
        uint256 available = gasleft();
        uint256 required = AccountCalls.gasToCall(dataLength);
        if (available < required) return abi.encodeWithSelector(OrderOutOfGas.selector, available, required);
        bool isSafe = view_.session.isSafe();
        address target = ScopeCodec.targetOf(CalldataReader.word(call.scopeAt()));
        address account = view_.session.account();
        (bool ok, uint256 consent) = AccountCalls.call(account, isSafe, target, value, dataAt, dataLength);
        if (!ok) {
            uint256 index = CalldataReader.byteAt(view_.callsAt) - left;
            return abi.encodeWithSelector(CallReverted.selector, index, AccountCalls.lastReason(isSafe));
        }
        if (moves) {
            if (consent == 0) return abi.encodeWithSelector(TokenRefused.selector, target);
        }
    }

    /// @dev The target may pull at most what the limits have left, during this call only.
    /// @param left As in `_runCall`.
    function _callWithAllowance(
        OrderView memory view_,
        PackedCall call,
        uint256 left
    ) private returns (bytes memory failure, address token, uint256 consumed) {
        uint256 scopeAt = call.scopeAt();
        ISessionTypes.SpendMethod method;
        (method, token) = ScopeCodec.readSpend(scopeAt);
        Allowance memory allowance = Allowance({
            account: view_.session.account(),
            isSafe: view_.session.isSafe(),
            token: token,
            target: ScopeCodec.targetOf(CalldataReader.word(scopeAt)),
            method: method,
            cap: Meter.leastLeft(view_.limits, token),
            before: 0
        });
        failure = _toFailure(TemporaryAllowance.set(allowance), token);
        if (failure.length != 0) return (failure, token, 0);
        failure = _call(view_, call, left, false);
        if (failure.length != 0) return (failure, token, 0);
        AllowanceFault fault;
        (fault, consumed) = TemporaryAllowance.takeBack(allowance);
        failure = _toFailure(fault, token);
    }

    function _toFailure(AllowanceFault fault, address token) private view returns (bytes memory failure) {
        if (fault == AllowanceFault.None) return failure;
        if (fault == AllowanceFault.TokenUnreadable) return _unreadable(token);
        return abi.encodeWithSelector(TokenRefused.selector, token);
    }

    /// @dev The word is read again: nothing can have changed it while the lock is held, and if something had, nothing
    /// would be spent.
    function _settle(OrderView memory view_) private returns (bytes memory failure) {
        Limits limits = view_.limits;
        uint256 count = limits.count();
        // An order without calls changes no balance.
        if (count == 0 || CalldataReader.byteAt(view_.callsAt) == 0) return failure;
        uint256 available = gasleft();
        uint256 required = _settleGas(view_.counters);
        if (available < required) return abi.encodeWithSelector(OrderOutOfGas.selector, available, required);
        bytes32 sessionId = view_.sessionId;
        for (uint256 i; i < count; ++i) {
            failure = _settleLimit(sessionId, limits.at_(i), i, view_.isApproved);
            if (failure.length != 0) return failure;
        }
        SessionWord word = _words[sessionId];
        if (!word.isActive()) {
            ISessionTypes.SessionStatus status = ISessionTypes.SessionStatus(uint8(word.status()));
            return abi.encodeWithSelector(SessionNotActive.selector, sessionId, status);
        }
        LimitRecord first = limits.at_(0);
        _words[sessionId] = LimitCounter.write(first, word, first.spent());
    }

    /// @dev Writes the limit's counters, but for the first limit's spend, which is in the session's word.
    function _settleLimit(
        bytes32 sessionId,
        LimitRecord limit,
        uint256 index,
        bool isApproved
    ) private returns (bytes memory failure) {
        (uint256 spent, uint256 drop, bool fits) = Meter.settle(limit);
        if (!fits) {
            if (limit.isKind(ISessionTypes.LimitKind.Inventory)) {
                return abi.encodeWithSelector(InventoryExceeded.selector, index, limit.token(), drop, limit.spent());
            }
            return abi.encodeWithSelector(LimitExceeded.selector, index, limit.token(), spent, limit.amount());
        }
        limit.setSpent(spent);
        if (limit.approveAbove() != 0) {
            SessionWord counted = _unapproved[sessionId][index];
            uint256 unapproved = isApproved ? 0 : counted.spentIn(limit.period()) + drop;
            if (unapproved > limit.approveAbove()) {
                return abi.encodeWithSelector(ApprovalMissing.selector, index, unapproved, limit.approveAbove());
            }
            _write(_unapproved[sessionId], index, counted, counted.withSpent(limit.period(), unapproved));
        }
        if (index != 0) {
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
