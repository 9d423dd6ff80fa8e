// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ISessionManager} from "./interfaces/ISessionManager.sol";
import {AccountCalls} from "./libraries/AccountCalls.sol";
import {CalldataBytes} from "./libraries/CalldataBytes.sol";
import {CallCheck} from "./libraries/CallCheck.sol";
import {Meter} from "./libraries/Meter.sol";
import {OrderCodec, OrderView} from "./libraries/OrderCodec.sol";
import {ScopeCodec} from "./libraries/ScopeCodec.sol";
import {ScopesTree} from "./libraries/ScopesTree.sol";
import {LimitView, SessionCodec, SessionView} from "./libraries/SessionCodec.sol";
import {SessionRules} from "./libraries/SessionRules.sol";
import {SessionWord, SessionWordLib, StoredStatus} from "./libraries/SessionWord.sol";

/// @title SessionManager
/// @dev A singleton without admin, owner or upgrade. Each state-changing entry takes one lock, and views revert while it
/// is held.
contract SessionManager is ISessionManager, EIP712, ReentrancyGuardTransient {
    using CalldataBytes for bytes;
    using OrderCodec for bytes;

    /// @dev How the frame of one order in a batch tells the batch that the order had passed its checks. Only this
    /// contract's own frames are asked, and none of them passes on foreign revert data unwrapped.
    error OrderCallsFailed(bytes32 sessionId, bytes32 orderHash, uint24 nonce, SessionWord word, bytes reason);

    /// @dev What is spent between measuring the gas left and entering an order's frame; measured: 300.
    uint256 private constant FRAME_OVERHEAD = 700;
    /// @dev Writing the state word and the outcome's event. Measured: under 6,000.
    uint256 private constant SETTLE_GAS = 8_000;
    /// @dev Writing one further limit's spend, in the worst case from zero.
    uint256 private constant SPEND_WRITE_GAS = 23_000;

    mapping(bytes32 sessionId => SessionWord) private _words;
    /// @dev Spend of the second and further limits, laid out as in `SessionWord`.
    mapping(bytes32 sessionId => mapping(uint256 limit => SessionWord)) private _spends;
    mapping(address account => AccountState) private _accounts;

    constructor() EIP712("Latchkey", "1") {}

    // ---------------------------------------------------------------------------------------------------------------
    // Owner's side
    // ---------------------------------------------------------------------------------------------------------------

    /// @inheritdoc ISessionManager
    function grant(
        Session calldata session,
        Scope[] calldata scopes
    ) external nonReentrant returns (bytes32 sessionId) {
        if (msg.sender != session.account) revert GrantNotByAccount(session.account, msg.sender);
        SessionRules.checkSession(session, _accounts[session.account].epoch);
        bytes[] memory packedScopes = SessionRules.checkScopes(session, scopes);
        bytes memory packed = SessionCodec.pack(session);
        sessionId = keccak256(packed);
        StoredStatus status = _words[sessionId].status();
        if (status != StoredStatus.None) revert SessionAlreadyKnown(sessionId, SessionStatus(uint8(status)));
        _words[sessionId] = SessionWordLib.create();
        emit SessionGranted(session.account, sessionId, session.signer, packed, packedScopes);
    }

    /// @inheritdoc ISessionManager
    function revoke(bytes calldata session) external nonReentrant {
        SessionView memory view_;
        SessionCodec.read(session, block.timestamp, view_);
        if (msg.sender != view_.account) revert CallerNotAllowed(msg.sender);
        SessionWord word = _words[view_.id];
        if (word.status() == StoredStatus.Revoked) revert SessionAlreadyRevoked(view_.id);
        _words[view_.id] = word.withStatus(StoredStatus.Revoked);
        emit SessionRevoked(view_.account, view_.id, msg.sender);
    }

    /// @inheritdoc ISessionManager
    function revokeAll() external nonReentrant returns (uint32 epoch) {
        epoch = ++_accounts[msg.sender].epoch;
        emit SessionsRevoked(msg.sender, epoch);
    }

    /// @inheritdoc ISessionManager
    function pause() external nonReentrant {
        _accounts[msg.sender].paused = true;
        emit AccountPaused(msg.sender, msg.sender);
    }

    /// @inheritdoc ISessionManager
    function unpause() external nonReentrant {
        _accounts[msg.sender].paused = false;
        emit AccountUnpaused(msg.sender);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Use
    // ---------------------------------------------------------------------------------------------------------------

    /// @inheritdoc ISessionManager
    function execute(bytes calldata order) external nonReentrant {
        uint256 available = gasleft();
        uint256 required = order.number(0, 4);
        if (available < required) revert InsufficientGas(available, required);
        _execute(order, msg.sender, false);
    }

    /// @inheritdoc ISessionManager
    function executeBatch(bytes[] calldata orders) external nonReentrant returns (bytes4[] memory results) {
        results = new bytes4[](orders.length);
        for (uint256 i; i < orders.length; ++i) {
            (bool ok, bytes memory failure) = _callSelf(orders[i]);
            if (!ok) results[i] = _recordFailure(orders[i], i, failure);
        }
    }

    /// @notice Runs one order of a batch in a frame of its own. Only this contract may call.
    /// @param submitter Who called `executeBatch`.
    function executeIsolated(bytes calldata order, address submitter) external {
        if (msg.sender != address(this)) revert CallerNotAllowed(msg.sender);
        _execute(order, submitter, true);
    }

    function _execute(bytes calldata order, address submitter, bool isolated) private {
        SessionView memory session;
        OrderView memory view_;
        SessionWord word = _check(order, submitter, session, view_);
        uint256 available = gasleft();
        uint256 required = _settleGas(session.limits.length);
        if (available < required) revert OrderOutOfGas(available, required);
        _words[session.id] = word;

        bytes memory failure;
        if (view_.callCount != 0) {
            failure = _runCalls(session, view_, word, order);
            if (failure.length == 0) failure = _settle(session);
        }
        if (failure.length == 0) {
            emit OrderExecuted(session.id, view_.hash, view_.nonce);
        } else if (isolated) {
            revert OrderCallsFailed(session.id, view_.hash, view_.nonce, word, failure);
        } else {
            _revertWith(failure);
        }
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Checks before the calls
    // ---------------------------------------------------------------------------------------------------------------

    /// @param session Filled with the order's session.
    /// @param view_ Filled with the order.
    /// @return word The session's state word with the order's nonce used.
    function _check(
        bytes calldata order,
        address submitter,
        SessionView memory session,
        OrderView memory view_
    ) private view returns (SessionWord word) {
        uint256 sessionLength = OrderCodec.read(order, view_);
        SessionCodec.read(order.slice(OrderCodec.SESSION_AT, sessionLength), block.timestamp, session);
        uint48 now_ = uint48(block.timestamp);
        word = _words[session.id];
        _checkSession(session, word, now_);
        if (now_ > view_.deadline) revert OrderExpired(view_.deadline, now_);
        if (session.relayer != address(0) && submitter != session.relayer) {
            revert SubmitterNotAllowed(submitter, session.relayer);
        }
        if (view_.nonce >= session.maxOrders) revert NonceTooHigh(view_.nonce, session.maxOrders);
        if (session.minInterval != 0 && word.nonceHead() != 0) {
            uint256 nextAt = uint256(session.validAfter) + word.lastUse() + session.minInterval;
            if (now_ < nextAt) revert IntervalNotOver(uint48(nextAt), now_);
        }
        word = word.useNonce(view_.nonce, now_ - session.validAfter);
        view_.hash = _checkCalls(order, view_, session);
        _checkSignature(order.slice(view_.signatureAt, view_.signatureLength), session.signer, submitter, view_.hash);
    }

    function _checkSession(SessionView memory session, SessionWord word, uint48 now_) private view {
        StoredStatus status = word.status();
        if (status != StoredStatus.Active) revert SessionNotActive(session.id, SessionStatus(uint8(status)));
        AccountState storage account = _accounts[session.account];
        if (account.paused) revert AccountIsPaused(session.account);
        if (account.epoch != session.epoch) revert SessionSuperseded(session.epoch, account.epoch);
        if (now_ < session.validAfter) revert SessionNotYetValid(session.validAfter, now_);
        if (now_ >= session.validUntil) revert SessionExpired(session.validUntil, now_);
    }

    /// @dev Reads the order to its end.
    /// @return The order's EIP-712 digest.
    function _checkCalls(
        bytes calldata order,
        OrderView memory view_,
        SessionView memory session
    ) private view returns (bytes32) {
        bytes32[] memory callHashes = new bytes32[](view_.callCount);
        uint256 cursor = view_.callsAt;
        for (uint256 i; i < callHashes.length; ++i) {
            cursor = OrderCodec.readCall(order, view_, cursor);
            bytes calldata packedScope = order.slice(view_.scopeAt, view_.scopeLength);
            bytes32 leaf = ScopeCodec.toLeaf(packedScope.hash());
            if (ScopesTree.toRoot(leaf, order.slice(view_.proofAt, view_.proofLength)) != session.scopesRoot) {
                revert ScopeNotGranted(i, leaf);
            }
            bytes calldata data = order.slice(view_.dataAt, view_.dataLength);
            address target = CallCheck.check(packedScope, session.account, i, view_.value, data);
            callHashes[i] = OrderCodec.hashCall(target, view_.value, data.hash(), leaf);
        }
        OrderCodec.readEnd(order, view_, cursor);
        return
            _hashTypedDataV4(
                OrderCodec.hashStruct(session.id, view_.nonce, view_.deadline, view_.gasLimit, callHashes)
            );
    }

    /// @dev One form of signature: 65 bytes, low s. None is needed of a key that submits its own order.
    function _checkSignature(
        bytes calldata signature,
        address signer,
        address submitter,
        bytes32 orderHash
    ) private pure {
        if (signature.length == 0 && submitter == signer) return;
        (address recovered, ECDSA.RecoverError err, ) = ECDSA.tryRecoverCalldata(orderHash, signature);
        if (err != ECDSA.RecoverError.NoError || recovered != signer) revert SignatureInvalid(orderHash);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Calls and metering: a failure is returned, not reverted, so that `_execute` can undo the order in its own way
    // ---------------------------------------------------------------------------------------------------------------

    function _runCalls(
        SessionView memory session,
        OrderView memory view_,
        SessionWord word,
        bytes calldata order
    ) private returns (bytes memory failure) {
        LimitView[] memory limits = session.limits;
        for (uint256 i; i < limits.length; ++i) {
            SessionWord stored = i == 0 ? word : _spends[session.id][i];
            limits[i].spent = stored.spentIn(limits[i].period);
        }
        address unreadable = Meter.start(limits, session.account);
        if (unreadable != address(0)) return _unreadable(unreadable);
        uint256 cursor = view_.callsAt;
        for (uint256 i; i < view_.callCount; ++i) {
            cursor = OrderCodec.readCall(order, view_, cursor);
            failure = _runCall(session, order, view_, i);
            if (failure.length != 0) return failure;
        }
    }

    function _runCall(
        SessionView memory session,
        bytes calldata order,
        OrderView memory view_,
        uint256 index
    ) private returns (bytes memory failure) {
        (address target, address spendToken) = ScopeCodec.readTargets(order.slice(view_.scopeAt, view_.scopeLength));
        bytes calldata data = order.slice(view_.dataAt, view_.dataLength);
        (bool moves, uint256 declared) = Meter.declaredAmount(data);
        uint256 consumed;
        if (spendToken == address(0)) {
            failure = _call(session.account, target, view_.value, data, index, moves);
        } else {
            (failure, consumed) = _callWithAllowance(session, target, spendToken, view_.value, data, index);
        }
        if (failure.length != 0 || session.limits.length == 0) return failure;
        // A transfer has no temporary allowance (its target would be the token itself), so a call declares one amount.
        address unreadable = Meter.charge(
            session.limits,
            session.account,
            view_.value,
            moves ? target : spendToken,
            moves ? declared : consumed
        );
        if (unreadable != address(0)) return _unreadable(unreadable);
    }

    function _call(
        address account,
        address target,
        uint256 value,
        bytes calldata data,
        uint256 index,
        bool moves
    ) private returns (bytes memory) {
        uint256 available = gasleft();
        uint256 required = AccountCalls.gasToCall(data.length);
        if (available < required) return abi.encodeWithSelector(OrderOutOfGas.selector, available, required);
        (bool ok, uint256 answer) = AccountCalls.call(account, target, value, data);
        if (!ok)
            return
                abi.encodeWithSelector(CallReverted.selector, index, AccountCalls.lastAnswer(AccountCalls.MAX_RETURN));
        if (moves && answer == 0) return _refused(target);
        return "";
    }

    /// @dev The target may pull at most what the limits have left, during this call only. Afterwards the owner's own
    /// earlier allowance stands again, or none if the allowance was raised from elsewhere meanwhile.
    function _callWithAllowance(
        SessionView memory session,
        address target,
        address token,
        uint256 value,
        bytes calldata data,
        uint256 index
    ) private returns (bytes memory failure, uint256 consumed) {
        address account = session.account;
        uint256 cap = Meter.leastLeft(session.limits, token);
        (bool ok, uint256 before) = AccountCalls.allowance(token, account, target);
        if (!ok) return (_unreadable(token), 0);
        if (before != cap && !AccountCalls.forceApprove(account, token, target, cap)) return (_refused(token), 0);

        failure = _call(account, target, value, data, index, false);
        if (failure.length != 0) return (failure, 0);

        uint256 left;
        (ok, left) = AccountCalls.allowance(token, account, target);
        if (!ok) return (_unreadable(token), 0);
        uint256 restored = left > cap ? 0 : before;
        if (left <= cap) consumed = cap - left;
        if (left != restored && !AccountCalls.forceApprove(account, token, target, restored)) {
            return (_refused(token), 0);
        }
    }

    /// @dev The word is read again: nothing can have changed it while the lock is held, and if something had, nothing
    /// would be spent.
    function _settle(SessionView memory session) private returns (bytes memory) {
        LimitView[] memory limits = session.limits;
        if (limits.length == 0) return "";
        uint256 available = gasleft();
        uint256 required = _settleGas(limits.length);
        if (available < required) return abi.encodeWithSelector(OrderOutOfGas.selector, available, required);
        for (uint256 i; i < limits.length; ++i) {
            LimitView memory limit = limits[i];
            if (limit.spent > limit.amount) {
                return abi.encodeWithSelector(LimitExceeded.selector, i, limit.token, limit.spent, limit.amount);
            }
            if (i != 0) {
                SessionWord stored = _spends[session.id][i];
                SessionWord spent = stored.withSpent(limit.period, limit.spent);
                if (SessionWord.unwrap(spent) != SessionWord.unwrap(stored)) _spends[session.id][i] = spent;
            }
        }
        SessionWord word = _words[session.id];
        if (word.status() != StoredStatus.Active) {
            return abi.encodeWithSelector(SessionNotActive.selector, session.id, SessionStatus(uint8(word.status())));
        }
        _words[session.id] = word.withSpent(limits[0].period, limits[0].spent);
        return "";
    }

    /// @return Gas that covers recording the order's outcome, good or bad.
    function _settleGas(uint256 limitCount) private pure returns (uint256) {
        // limitCount <= 15.
        unchecked {
            return SETTLE_GAS + (limitCount > 1 ? (limitCount - 1) * SPEND_WRITE_GAS : 0);
        }
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Batches
    // ---------------------------------------------------------------------------------------------------------------

    /// @return ok Whether the order ran.
    /// @return failure Otherwise its frame's revert data, which this contract made; empty if the frame ran out of gas.
    function _callSelf(bytes calldata order) private returns (bool ok, bytes memory failure) {
        uint256 gas_ = order.number(0, 4);
        uint256 start = _freeMemory();
        uint256 available = gasleft();
        uint256 required;
        // 63/64 of what is left can go to the frame, once its input is written: 6 gas a word to copy and to extend
        // memory, and the quadratic part. An order's length is bounded by what its calldata costs.
        unchecked {
            available -= available / 64;
            uint256 end = start + order.length;
            required = gas_ + FRAME_OVERHEAD + order.length / 5 + (end * end) / (512 * 32 * 32);
        }
        if (available < required) {
            return (false, abi.encodeWithSelector(InsufficientGas.selector, available, required));
        }
        bytes4 selector = this.executeIsolated.selector;
        // (ok, failure) = address(this).call{gas: gas_}(abi.encodeCall(this.executeIsolated, (order, msg.sender))), but
        // each order's input reuses the memory of the one before.
        assembly ("memory-safe") {
            mstore(start, selector)
            mstore(add(start, 0x04), 0x40)
            mstore(add(start, 0x24), caller())
            mstore(add(start, 0x44), order.length)
            calldatacopy(add(start, 0x64), order.offset, order.length)
            // Padded to a whole word, as the decoder wants it.
            let padded := and(add(order.length, 31), not(31))
            if gt(padded, order.length) {
                mstore(add(add(start, 0x64), order.length), 0)
            }
            ok := call(gas_, address(), 0, start, add(0x64, padded), 0, 0)
        }
        if (!ok) failure = AccountCalls.lastAnswer(type(uint256).max);
    }

    function _freeMemory() private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := mload(0x40)
        }
    }

    /// @dev An order that failed from its calls on has used its nonce: its frame is undone, so the word it had written
    /// is written again here.
    function _recordFailure(
        bytes calldata order,
        uint256 position,
        bytes memory failure
    ) private returns (bytes4 result) {
        if (bytes4(failure) != OrderCallsFailed.selector) {
            emit OrderSkipped(_statedSessionId(order), position, failure);
            return failure.length == 0 ? OrderOutOfGas.selector : bytes4(failure);
        }
        bytes memory body = new bytes(failure.length - 4);
        assembly ("memory-safe") {
            mcopy(add(body, 32), add(failure, 36), mload(body))
        }
        (bytes32 sessionId, bytes32 orderHash, uint24 nonce, SessionWord word, bytes memory reason) = abi.decode(
            body,
            (bytes32, bytes32, uint24, SessionWord, bytes)
        );
        _words[sessionId] = word;
        emit OrderFailed(sessionId, orderHash, nonce, reason);
        return bytes4(reason);
    }

    function _statedSessionId(bytes calldata order) private pure returns (bytes32) {
        uint256 length = order.number(13, 2);
        if (order.length < OrderCodec.SESSION_AT + length) return 0;
        return keccak256(order.slice(OrderCodec.SESSION_AT, length));
    }

    /// @dev A token is not to blame if the order had no gas left to ask it.
    function _unreadable(address token) private view returns (bytes memory) {
        uint256 available = gasleft();
        if (available < AccountCalls.GAS_RESERVE) {
            return abi.encodeWithSelector(OrderOutOfGas.selector, available, AccountCalls.GAS_RESERVE);
        }
        return abi.encodeWithSelector(TokenUnreadable.selector, token);
    }

    function _refused(address token) private pure returns (bytes memory) {
        return abi.encodeWithSelector(TokenRefused.selector, token);
    }

    function _revertWith(bytes memory failure) private pure {
        assembly ("memory-safe") {
            revert(add(failure, 32), mload(failure))
        }
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Views
    // ---------------------------------------------------------------------------------------------------------------

    /// @inheritdoc ISessionManager
    function stateOf(bytes calldata session) external view nonReentrantView returns (SessionState memory state) {
        SessionView memory view_;
        SessionCodec.read(session, block.timestamp, view_);
        SessionWord word = _words[view_.id];
        state.status = _statusOf(view_, word);
        state.nextNonce = word.nonceHead();
        state.nonceWindow = word.nonceWindow();
        if (state.nextNonce != 0) state.lastUsedAt = view_.validAfter + word.lastUse();
    }

    /// @inheritdoc ISessionManager
    function remaining(bytes calldata session) external view nonReentrantView returns (uint256[] memory amounts) {
        SessionView memory view_;
        SessionCodec.read(session, block.timestamp, view_);
        SessionWord word = _words[view_.id];
        amounts = new uint256[](view_.limits.length);
        if (_statusOf(view_, word) != SessionStatus.Active) return amounts;
        for (uint256 i; i < amounts.length; ++i) {
            LimitView memory limit = view_.limits[i];
            SessionWord stored = i == 0 ? word : _spends[view_.id][i];
            // Spend never passes the amount.
            amounts[i] = limit.amount - stored.spentIn(limit.period);
        }
    }

    function _statusOf(SessionView memory session, SessionWord word) private view returns (SessionStatus) {
        StoredStatus status = word.status();
        if (status != StoredStatus.Active) return SessionStatus(uint8(status));
        AccountState memory account = _accounts[session.account];
        if (account.epoch != session.epoch) return SessionStatus.Superseded;
        if (block.timestamp >= session.validUntil) return SessionStatus.Expired;
        if (word.isExhausted(session.maxOrders)) return SessionStatus.Exhausted;
        if (account.paused) return SessionStatus.Paused;
        if (block.timestamp < session.validAfter) return SessionStatus.Pending;
        return SessionStatus.Active;
    }

    /// @inheritdoc ISessionManager
    function accountStateOf(address account) external view nonReentrantView returns (AccountState memory) {
        return _accounts[account];
    }

    /// @inheritdoc ISessionManager
    function preflight(
        bytes calldata order,
        address submitter
    ) external view nonReentrantView returns (bytes32 orderHash) {
        SessionView memory session;
        OrderView memory view_;
        _check(order, submitter, session, view_);
        return view_.hash;
    }

    /// @inheritdoc ISessionManager
    function hashSession(Session calldata session) external pure returns (bytes32 sessionId) {
        return keccak256(SessionCodec.pack(session));
    }

    /// @inheritdoc ISessionManager
    function hashScope(Scope calldata scope) external pure returns (bytes32 leaf) {
        return ScopeCodec.toLeaf(keccak256(ScopeCodec.pack(scope)));
    }

    /// @inheritdoc ISessionManager
    function hashOrder(Order calldata order) external view returns (bytes32 orderHash) {
        bytes32[] memory callHashes = new bytes32[](order.calls.length);
        for (uint256 i; i < callHashes.length; ++i) {
            Call calldata call = order.calls[i];
            callHashes[i] = OrderCodec.hashCall(call.target, call.value, keccak256(call.data), call.scope);
        }
        return
            _hashTypedDataV4(
                OrderCodec.hashStruct(order.sessionId, order.nonce, order.deadline, order.gasLimit, callHashes)
            );
    }

    /// @inheritdoc ISessionManager
    function packSession(Session calldata session) external pure returns (bytes memory) {
        return SessionCodec.pack(session);
    }

    /// @inheritdoc ISessionManager
    function packScope(Scope calldata scope) external pure returns (bytes memory) {
        return ScopeCodec.pack(scope);
    }
}
