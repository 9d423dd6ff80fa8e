// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {AccountCalls} from "../libraries/AccountCalls.sol";
import {LimitCounter} from "../libraries/LimitCounter.sol";
import {Meter} from "../libraries/Meter.sol";
import {CallView, OrderView} from "../libraries/OrderReader.sol";
import {ScopeCodec} from "../libraries/ScopeCodec.sol";
import {LimitView, SessionReader, SessionView} from "../libraries/SessionReader.sol";
import {SessionWord, StoredStatus} from "../libraries/SessionWord.sol";
import {Allowance, AllowanceFault, TemporaryAllowance} from "../libraries/TemporaryAllowance.sol";
import {OrderChecks} from "./OrderChecks.sol";

/// @title Running an order: its calls, and what they are charged
/// @dev From the calls on a failure is returned, not reverted, so that `_run` can undo the order in its own way.
abstract contract OrderRuns is OrderChecks {
    using SessionReader for SessionView;

    /// @dev How the frame of one order in a batch tells the batch that the order had passed its checks. Only this
    /// contract's own frames are asked, and none of them passes on foreign revert data unwrapped.
    error OrderCallsFailed(bytes32 sessionId, bytes32 orderHash, uint24 nonce, SessionWord word, bytes reason);

    /// @dev Writing the state word and the outcome's event. Measured: under 6,000.
    uint256 private constant SETTLE_GAS = 8_000;
    /// @dev Writing one further counter, in the worst case from zero.
    uint256 private constant COUNTER_WRITE_GAS = 23_000;

    function _run(bytes calldata order, address submitter, bool isolated) internal {
        SessionView memory session;
        OrderView memory view_;
        SessionWord word = _check(order, submitter, session, view_);
        uint256 available = gasleft();
        uint256 required = _settleGas(session.limits);
        if (available < required) revert OrderOutOfGas(available, required);
        _words[session.id] = word;

        bytes memory failure;
        if (view_.calls.length != 0) {
            failure = _runCalls(session, view_, word);
            if (failure.length == 0) failure = _settle(session, view_);
        }
        if (failure.length == 0) {
            emit OrderExecuted(session.id, view_.hash, uint24(view_.nonce));
        } else if (isolated) {
            revert OrderCallsFailed(session.id, view_.hash, uint24(view_.nonce), word, failure);
        } else {
            _revertWith(failure);
        }
    }

    function _runCalls(
        SessionView memory session,
        OrderView memory view_,
        SessionWord word
    ) private returns (bytes memory failure) {
        LimitView[] memory limits = session.limits;
        for (uint256 i; i < limits.length; ++i) {
            LimitView memory limit = limits[i];
            limit.spent = LimitCounter.read(limit, i == 0 ? word : _spends[session.id][i]);
        }
        address unreadable = Meter.start(limits, session.account);
        if (unreadable != address(0)) return _unreadable(unreadable);
        CallView[] memory calls = view_.calls;
        for (uint256 i; i < calls.length; ++i) {
            failure = _runCall(session, calls[i], i, i + 1 == calls.length);
            if (failure.length != 0) return failure;
        }
    }

    function _runCall(
        SessionView memory session,
        CallView memory call,
        uint256 index,
        bool isLast
    ) private returns (bytes memory failure) {
        (bool moves, uint256 amount) = Meter.declaredAmount(call.dataAt, call.dataLength);
        (ISessionTypes.SpendMethod method, address token) = ScopeCodec.readSpend(call.scopeAt);
        if (method == ISessionTypes.SpendMethod.None) {
            failure = _call(session, call, index, moves);
        } else {
            (failure, amount) = _callWithAllowance(session, call, index, method, token);
        }
        if (failure.length != 0 || session.limits.length == 0) return failure;
        // A transfer has no temporary allowance (its target would be the token itself), so a call declares one amount.
        if (moves) token = call.target;
        address unreadable = Meter.charge(session.limits, session.account, call.value, token, amount, isLast);
        if (unreadable != address(0)) return _unreadable(unreadable);
    }

    /// @param moves Whether the call is a token's transfer, whose answer counts.
    function _call(
        SessionView memory session,
        CallView memory call,
        uint256 index,
        bool moves
    ) private returns (bytes memory) {
        uint256 available = gasleft();
        uint256 required = AccountCalls.gasToCall(call.dataLength);
        if (available < required) return abi.encodeWithSelector(OrderOutOfGas.selector, available, required);
        ISessionTypes.AccountKind kind = session.accountKind();
        (bool ok, uint256 consent) = AccountCalls.call(
            session.account,
            kind,
            call.target,
            call.value,
            call.dataAt,
            call.dataLength
        );
        if (!ok) return abi.encodeWithSelector(CallReverted.selector, index, AccountCalls.lastReason(kind));
        if (moves && consent == 0) return abi.encodeWithSelector(TokenRefused.selector, call.target);
        return "";
    }

    /// @dev The target may pull at most what the limits have left, during this call only.
    function _callWithAllowance(
        SessionView memory session,
        CallView memory call,
        uint256 index,
        ISessionTypes.SpendMethod method,
        address token
    ) private returns (bytes memory failure, uint256 consumed) {
        Allowance memory allowance = Allowance({
            account: session.account,
            kind: session.accountKind(),
            token: token,
            target: call.target,
            method: method,
            cap: Meter.leastLeft(session.limits, token),
            before: 0
        });
        failure = _toFailure(TemporaryAllowance.set(allowance), token);
        if (failure.length != 0) return (failure, 0);
        failure = _call(session, call, index, false);
        if (failure.length != 0) return (failure, 0);
        AllowanceFault fault;
        (fault, consumed) = TemporaryAllowance.takeBack(allowance);
        failure = _toFailure(fault, token);
    }

    function _toFailure(AllowanceFault fault, address token) private view returns (bytes memory) {
        if (fault == AllowanceFault.None) return "";
        if (fault == AllowanceFault.TokenUnreadable) return _unreadable(token);
        return abi.encodeWithSelector(TokenRefused.selector, token);
    }

    /// @dev The word is read again: nothing can have changed it while the lock is held, and if something had, nothing
    /// would be spent.
    function _settle(SessionView memory session, OrderView memory view_) private returns (bytes memory failure) {
        LimitView[] memory limits = session.limits;
        if (limits.length == 0) return "";
        uint256 available = gasleft();
        uint256 required = _settleGas(limits);
        if (available < required) return abi.encodeWithSelector(OrderOutOfGas.selector, available, required);
        for (uint256 i; i < limits.length; ++i) {
            failure = _settleLimit(session.id, limits[i], i, view_.isApproved);
            if (failure.length != 0) return failure;
        }
        SessionWord word = _words[session.id];
        if (word.status() != StoredStatus.Active) {
            ISessionTypes.SessionStatus status = ISessionTypes.SessionStatus(uint8(word.status()));
            return abi.encodeWithSelector(SessionNotActive.selector, session.id, status);
        }
        _words[session.id] = LimitCounter.write(limits[0], word, limits[0].spent);
    }

    /// @dev Writes the limit's counters, but for the first limit's spend, which is in the session's word.
    function _settleLimit(
        bytes32 sessionId,
        LimitView memory limit,
        uint256 index,
        bool isApproved
    ) private returns (bytes memory) {
        (uint256 spent, uint256 drop, bool fits) = Meter.settle(limit);
        if (!fits) {
            if (limit.kind == ISessionTypes.LimitKind.Inventory) {
                return abi.encodeWithSelector(InventoryExceeded.selector, index, limit.token, drop, limit.spent);
            }
            return abi.encodeWithSelector(LimitExceeded.selector, index, limit.token, spent, limit.amount);
        }
        limit.spent = spent;
        if (limit.approveAbove != 0) {
            SessionWord counted = _unapproved[sessionId][index];
            uint256 unapproved = isApproved ? 0 : counted.spentIn(limit.period) + drop;
            if (unapproved > limit.approveAbove) {
                return abi.encodeWithSelector(ApprovalMissing.selector, index, unapproved, limit.approveAbove);
            }
            _write(_unapproved[sessionId], index, counted, counted.withSpent(limit.period, unapproved));
        }
        if (index != 0) {
            SessionWord stored = _spends[sessionId][index];
            _write(_spends[sessionId], index, stored, LimitCounter.write(limit, stored, spent));
        }
        return "";
    }

    function _write(
        mapping(uint256 => SessionWord) storage counters,
        uint256 index,
        SessionWord before,
        SessionWord now_
    ) private {
        if (SessionWord.unwrap(now_) != SessionWord.unwrap(before)) counters[index] = now_;
    }

    /// @return Gas that covers recording the order's outcome, good or bad.
    function _settleGas(LimitView[] memory limits) private pure returns (uint256) {
        // At most 15 limits.
        unchecked {
            uint256 counters = limits.length;
            for (uint256 i; i < limits.length; ++i) {
                if (limits[i].approveAbove != 0) ++counters;
            }
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
