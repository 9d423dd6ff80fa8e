// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IScopePolicy} from "../interfaces/IScopePolicy.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {AccountCalls} from "../libraries/AccountCalls.sol";
import {AccountModules} from "../libraries/AccountModules.sol";
import {AccountWord} from "../libraries/AccountWord.sol";
import {CalldataReader} from "../libraries/CalldataReader.sol";
import {CallCheck} from "../libraries/CallCheck.sol";
import {OrderHash} from "../libraries/OrderHash.sol";
import {CallView, OrderReader, OrderView} from "../libraries/OrderReader.sol";
import {ScopeCodec} from "../libraries/ScopeCodec.sol";
import {ScopesTree} from "../libraries/ScopesTree.sol";
import {SessionLayout} from "../libraries/SessionLayout.sol";
import {SessionReader, SessionView} from "../libraries/SessionReader.sol";
import {SessionWord, StoredStatus} from "../libraries/SessionWord.sol";
import {SignerCheck} from "../libraries/SignerCheck.sol";
import {SessionStorage} from "./SessionStorage.sol";

/// @title Everything that is checked of an order before its calls
abstract contract OrderChecks is SessionStorage {
    using SessionReader for SessionView;

    /// @param session Filled with the order's session; must be as new.
    /// @param view_ Filled with the order; must be as new.
    /// @return word The session's state word with the order's nonce used.
    function _check(
        bytes calldata order,
        address submitter,
        SessionView memory session,
        OrderView memory view_
    ) internal view returns (SessionWord word) {
        uint256 cursor = CalldataReader.start(order);
        uint256 head = CalldataReader.word(cursor);
        // At most 2^16 + 15 beyond the order's start.
        unchecked {
            uint256 end = cursor + order.length;
            uint256 sessionLength = OrderReader.sessionLength(head);
            cursor += OrderReader.SESSION_AT;
            // A count read past the end must not be followed.
            if (cursor + sessionLength >= end) revert EncodingInvalid();
            SessionReader.read(cursor, sessionLength, block.timestamp, session);
            cursor += sessionLength;
            word = _words[session.id];
            _checkSession(session, word);
            word = _checkOrder(session, word, head, submitter);
            uint24 nonce = OrderReader.nonce(head);
            view_.nonce = nonce;
            cursor = _checkCalls(session, view_, cursor, head);
            _checkProofs(session, view_, cursor, end, submitter);
            if (view_.asksPolicy) _askPolicies(session, view_);
        }
    }

    function _checkSession(SessionView memory session, SessionWord word) private view {
        StoredStatus status = word.status();
        if (status != StoredStatus.Active) {
            revert SessionNotActive(session.id, ISessionTypes.SessionStatus(uint8(status)));
        }
        uint32 epoch = session.epoch();
        AccountWord account = _accounts[session.account];
        if (!account.admits(epoch)) {
            if (account.isPaused()) revert AccountIsPaused(session.account);
            revert SessionSuperseded(epoch, account.epoch());
        }
        if (block.timestamp < session.validAfter) {
            revert SessionNotYetValid(uint48(session.validAfter), uint48(block.timestamp));
        }
        uint48 validUntil = session.validUntil();
        if (block.timestamp >= validUntil) revert SessionExpired(validUntil, uint48(block.timestamp));
    }

    /// @param head The order's first 32 bytes.
    /// @return The word with the order's nonce used.
    function _checkOrder(
        SessionView memory session,
        SessionWord word,
        uint256 head,
        address submitter
    ) private view returns (SessionWord) {
        uint48 deadline = OrderReader.deadline(head);
        if (block.timestamp > deadline) revert OrderExpired(deadline, uint48(block.timestamp));
        uint24 nonce = OrderReader.nonce(head);
        bool hasOptions = session.flags & (SessionLayout.RELAYER | SessionLayout.MIN_INTERVAL) != 0;
        if (hasOptions && session.relayer != address(0) && submitter != session.relayer) {
            revert SubmitterNotAllowed(submitter, session.relayer);
        }
        uint24 maxOrders = session.maxOrders();
        if (nonce >= maxOrders) revert NonceTooHigh(nonce, maxOrders);
        // `validAfter`, seconds since it, and an interval are below 2^49 together.
        unchecked {
            if (hasOptions && session.minInterval != 0 && word.nonceHead() != 0) {
                uint256 nextAt = session.validAfter + word.lastUse() + session.minInterval;
                if (block.timestamp < nextAt) revert IntervalNotOver(uint48(nextAt), uint48(block.timestamp));
            }
            return word.useNonce(nonce, block.timestamp - session.validAfter);
        }
    }

    /// @param cursor Of the number of calls.
    /// @return Where the calls end.
    function _checkCalls(
        SessionView memory session,
        OrderView memory view_,
        uint256 cursor,
        uint256 head
    ) private view returns (uint256) {
        // A call is at most 2^24 + 2^17 bytes and an order has at most 255.
        unchecked {
            CallView[] memory calls = OrderReader.allocateCalls(CalldataReader.number(cursor, 1));
            bytes32[] memory callHashes = new bytes32[](calls.length);
            cursor += 1;
            for (uint256 i; i < calls.length; ++i) {
                (cursor, callHashes[i]) = _checkCall(session, view_, calls[i], cursor, i);
            }
            view_.calls = calls;
            view_.hash = _hashTypedDataV4(
                OrderHash.hashOrder(
                    session.id,
                    view_.nonce,
                    OrderReader.deadline(head),
                    OrderReader.gasLimit(head),
                    callHashes
                )
            );
            return cursor;
        }
    }

    /// @param call Filled.
    /// @param cursor Of the packed call.
    /// @return end Where the packed call ends.
    /// @return callHash EIP-712 hash of the call.
    function _checkCall(
        SessionView memory session,
        OrderView memory view_,
        CallView memory call,
        uint256 cursor,
        uint256 index
    ) private view returns (uint256 end, bytes32 callHash) {
        unchecked {
            uint256 scopeAt = cursor + 2;
            cursor = scopeAt + CalldataReader.number(cursor, 2);
            bytes32 leaf = ScopeCodec.toLeaf(CalldataReader.hash(scopeAt, cursor - scopeAt));
            end = cursor + 1 + 32 * CalldataReader.number(cursor, 1);
            if (ScopesTree.toRoot(leaf, cursor + 1, end) != session.scopesRoot()) revert ScopeNotGranted(index, leaf);
            uint256 head = CalldataReader.word(end);
            uint256 value = head >> 128;
            uint256 dataAt = end + 19;
            uint256 dataLength = uint24(head >> 104);
            end = dataAt + dataLength;
            bytes32 dataHash = CalldataReader.hash(dataAt, dataLength);
            address target = CallCheck.check(scopeAt, session.account, index, value, dataAt, dataLength);
            if (session.flags & (SessionLayout.ACCOUNT_KIND_MASK << SessionLayout.ACCOUNT_KIND_SHIFT) != 0) {
                _checkModule(session, target, dataAt, index);
            }
            if (ScopeCodec.readPolicy(scopeAt) != address(0)) view_.asksPolicy = true;
            call.target = target;
            call.value = value;
            call.dataAt = dataAt;
            call.dataLength = dataLength;
            call.scopeAt = scopeAt;
            callHash = OrderHash.hashCall(target, value, dataHash, leaf);
        }
    }

    function _checkModule(SessionView memory session, address target, uint256 dataAt, uint256 index) private view {
        bytes4 selector = bytes4(bytes32(CalldataReader.word(dataAt)));
        if (AccountModules.isModule(session.accountKind(), session.account, target, selector)) {
            revert ForbiddenTargetCalled(index, target);
        }
    }

    /// @dev Signature, lease and approval, which end the order.
    function _checkProofs(
        SessionView memory session,
        OrderView memory view_,
        uint256 cursor,
        uint256 end,
        address submitter
    ) private view {
        bytes calldata signature;
        (signature, cursor) = OrderReader.readSized(cursor);
        if (session.flags & (SessionLayout.LEASE_TTL | SessionLayout.APPROVER) == 0) {
            // Neither lease nor approval is due, so neither may be given.
            unchecked {
                if (CalldataReader.number(cursor, 4) != 0 || cursor + 4 != end) revert EncodingInvalid();
            }
            _checkSignature(session, view_.hash, signature, submitter);
            return;
        }
        bytes calldata lease;
        bytes calldata approval;
        (lease, cursor) = OrderReader.readSized(cursor);
        (approval, cursor) = OrderReader.readSized(cursor);
        if (cursor != end) revert EncodingInvalid();
        _checkSignature(session, view_.hash, signature, submitter);
        _checkLease(session, lease);
        view_.isApproved = _checkApproval(session, view_.hash, approval);
    }

    /// @dev None is needed of a key that submits its own order.
    function _checkSignature(
        SessionView memory session,
        bytes32 orderHash,
        bytes calldata signature,
        address submitter
    ) private view {
        if (signature.length == 0 && submitter == session.signer && session.signerTailLength == 0) return;
        if (!_isSignedByKey(session, orderHash, signature)) revert SignatureInvalid(orderHash);
    }

    function _isSignedByKey(
        SessionView memory session,
        bytes32 digest,
        bytes calldata signature
    ) internal view returns (bool) {
        if (session.signerTailLength == 0) return SignerCheck.isSignedBy(session.signer, digest, signature);
        bytes calldata tail = CalldataReader.slice(session.signerTailAt, session.signerTailLength);
        return SignerCheck.isSignedBy(abi.encodePacked(session.signer, tail), digest, signature);
    }

    function _checkLease(SessionView memory session, bytes calldata lease) private view {
        if (session.leaseTtl == 0) {
            if (lease.length != 0) revert EncodingInvalid();
            return;
        }
        if (lease.length < 6) revert LeaseMissing(uint32(session.leaseTtl));
        uint256 issuedAt = uint48(bytes6(lease));
        // Both are below 2^49.
        unchecked {
            if (block.timestamp < issuedAt || block.timestamp >= issuedAt + session.leaseTtl) {
                revert LeaseNotCurrent(uint48(issuedAt), uint32(session.leaseTtl), uint48(block.timestamp));
            }
        }
        bytes32 digest = _hashTypedDataV4(OrderHash.hashLease(session.id, issuedAt));
        if (!SignerCheck.isSignedBy(session.sentinel, digest, lease[6:])) {
            revert LeaseInvalid(session.id, session.sentinel);
        }
    }

    /// @return Whether there is one.
    function _checkApproval(
        SessionView memory session,
        bytes32 orderHash,
        bytes calldata approval
    ) private view returns (bool) {
        if (approval.length == 0) return false;
        if (session.approverLength == 0) revert EncodingInvalid();
        bytes memory approver = CalldataReader.slice(session.approverAt, session.approverLength);
        bytes32 digest = _hashTypedDataV4(OrderHash.hashApproval(orderHash));
        if (!SignerCheck.isSignedBy(approver, digest, approval)) revert ApprovalInvalid(orderHash);
        return true;
    }

    /// @dev A policy can only reject; what it does with gas is the order's own.
    function _askPolicies(SessionView memory session, OrderView memory view_) private view {
        for (uint256 i; i < view_.calls.length; ++i) {
            CallView memory call = view_.calls[i];
            address policy = ScopeCodec.readPolicy(call.scopeAt);
            if (policy == address(0)) continue;
            bytes memory input = abi.encodeCall(
                IScopePolicy.checkCall,
                (
                    session.account,
                    session.id,
                    call.target,
                    call.value,
                    CalldataReader.slice(call.dataAt, call.dataLength)
                )
            );
            (bool ok, uint256 answer) = AccountCalls.readWord(policy, input);
            if (!ok || bytes32(answer) != bytes32(IScopePolicy.checkCall.selector)) {
                revert PolicyRejected(i, policy, AccountCalls.lastReason(ISessionTypes.AccountKind.SessionAccount));
            }
        }
    }
}
