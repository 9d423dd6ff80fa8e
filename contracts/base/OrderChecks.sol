// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IScopePolicy} from "../interfaces/IScopePolicy.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {AccountCalls} from "../libraries/AccountCalls.sol";
import {AccountModules} from "../libraries/AccountModules.sol";
import {AccountWord} from "../libraries/AccountWord.sol";
import {CalldataReader} from "../libraries/CalldataReader.sol";
import {CallCheck} from "../libraries/CallCheck.sol";
import {Limits} from "../libraries/Limits.sol";
import {OrderHash, WordList, WordListLib} from "../libraries/OrderHash.sol";
import {OrderRecord} from "../libraries/OrderRecord.sol";
import {OrderHead, PackedCall, PackedOrderLib} from "../libraries/PackedOrder.sol";
import {PackedSession} from "../libraries/PackedSession.sol";
import {ScopeCodec} from "../libraries/ScopeCodec.sol";
import {ScopesTree} from "../libraries/ScopesTree.sol";
import {SessionLayout} from "../libraries/SessionLayout.sol";
import {Options, SessionOptions} from "../libraries/SessionOptions.sol";
import {SessionReader} from "../libraries/SessionReader.sol";
import {SessionWord} from "../libraries/SessionWord.sol";
import {SignerCheck} from "../libraries/SignerCheck.sol";
import {SessionStorage} from "./SessionStorage.sol";

/// @title Everything that is checked of an order before its calls
abstract contract OrderChecks is SessionStorage {
    uint256 private constant GATE_OPTIONS = SessionLayout.RELAYER | SessionLayout.MIN_INTERVAL;
    uint256 private constant PROOF_OPTIONS =
        SessionLayout.LONG_SIGNER | SessionLayout.LEASE_TTL | SessionLayout.APPROVER;
    uint256 private constant OTHER_ACCOUNT_KIND = SessionLayout.ACCOUNT_KIND_MASK << SessionLayout.ACCOUNT_KIND_SHIFT;

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
        bool hasGate = session.flags() & GATE_OPTIONS != 0;
        if (hasGate) _checkRelayer(session, optionsAt, submitter);
        if (nonce >= session.maxOrders()) revert NonceTooHigh(nonce, session.maxOrders());
        if (hasGate) _checkInterval(session, optionsAt, word);
        unchecked {
            return word.useNonce(nonce, block.timestamp - session.validAfter());
        }
    }

    function _checkRelayer(PackedSession session, uint256 optionsAt, address submitter) private pure {
        address relayer = SessionOptions.read(session.flags(), optionsAt).relayer;
        if (relayer != address(0) && submitter != relayer) revert SubmitterNotAllowed(submitter, relayer);
    }

    function _checkInterval(PackedSession session, uint256 optionsAt, SessionWord word) private view {
        uint256 minInterval = SessionOptions.read(session.flags(), optionsAt).minInterval;
        if (minInterval == 0 || word.nonceHead() == 0) return;
        // Below 2^49 together.
        unchecked {
            uint256 nextAt = session.validAfter() + uint256(word.lastUse()) + minInterval;
            if (block.timestamp < nextAt) revert IntervalNotOver(uint48(nextAt), uint48(block.timestamp));
        }
    }

    /// @return cursor Where the calls end.
    function _checkCalls(
        OrderRecord record,
        PackedSession session,
        OrderHead head
    ) private view returns (uint256 cursor) {
        cursor = record.callsAt();
        uint256 count = CalldataReader.byteAt(cursor);
        WordList callHashes = WordListLib.allocate(count);
        unchecked {
            cursor += 1;
        }
        for (uint256 i; i < count; ++i) {
            bytes32 callHash;
            (cursor, callHash) = _checkCall(record, session, PackedCall.wrap(cursor), i);
            callHashes.set(i, callHash);
        }
        bytes32 callsHash = callHashes.hash(count);
        bytes32 structHash = OrderHash.hashOrder(
            record.sessionId(),
            head.nonce(),
            head.deadline(),
            head.gasLimit(),
            callsHash
        );
        record.setHash(_hashTypedDataV4(structHash));
    }

    /// @return end Where the packed call ends.
    /// @return callHash EIP-712 hash of the call.
    function _checkCall(
        OrderRecord record,
        PackedSession session,
        PackedCall call,
        uint256 index
    ) private view returns (uint256 end, bytes32 callHash) {
        unchecked {
            uint256 scopeAt = call.scopeAt();
            bytes32 leaf = ScopeCodec.toLeaf(CalldataReader.hash(scopeAt, call.scopeLength()));
            (uint256 proofAt, uint256 proofEnd) = call.proof();
            if (ScopesTree.toRoot(leaf, proofAt, proofEnd) != session.scopesRoot()) revert ScopeNotGranted(index, leaf);
            (uint256 value, uint256 dataAt, uint256 dataLength) = PackedOrderLib.content(proofEnd);
            uint256 head = CalldataReader.word(scopeAt);
            CallCheck.check(scopeAt, head, session.account(), index, value, dataAt, dataLength);
            if (session.flags() & OTHER_ACCOUNT_KIND != 0) _checkModule(session, head, dataAt, index);
            if (ScopeCodec.hasPolicy(head)) record.setAsksPolicy();
            end = dataAt + dataLength;
            bytes32 dataHash = CalldataReader.hash(dataAt, dataLength);
            callHash = OrderHash.hashCall(ScopeCodec.targetOf(head), value, dataHash, leaf);
        }
    }

    function _checkModule(PackedSession session, uint256 scopeHead, uint256 dataAt, uint256 index) private view {
        address target = ScopeCodec.targetOf(scopeHead);
        bytes4 selector = bytes4(bytes32(CalldataReader.word(dataAt)));
        if (AccountModules.isModule(session.accountKind(), session.account(), target, selector)) {
            revert ForbiddenTargetCalled(index, target);
        }
    }

    /// @dev Signature, lease and approval, which end the order.
    /// @param cursor Where the calls end.
    /// @param end Where the order ends.
    function _checkProofs(
        OrderRecord record,
        PackedSession session,
        uint256 cursor,
        uint256 end,
        address submitter
    ) private view {
        bytes calldata signature;
        (signature, cursor) = PackedOrderLib.readSized(cursor);
        if (session.flags() & PROOF_OPTIONS != 0) {
            return _checkOptionalProofs(record, signature, cursor, end, submitter);
        }
        // Neither lease nor approval is due, so neither may be given: two lengths of 0 end the order.
        unchecked {
            if (cursor + 4 != end) revert EncodingInvalid();
            if (CalldataReader.uint32At(cursor) != 0) revert EncodingInvalid();
        }
        address key = session.signer();
        // No signature is needed of a key that submits its own order.
        if (signature.length == 0) {
            if (submitter == key) return;
        }
        if (!SignerCheck.isSignedBy(key, record.hash(), signature)) revert SignatureInvalid(record.hash());
    }

    function _checkOptionalProofs(
        OrderRecord record,
        bytes calldata signature,
        uint256 cursor,
        uint256 end,
        address submitter
    ) private view {
        Options memory options = SessionOptions.read(record.session().flags(), record.optionsAt());
        bytes calldata lease;
        bytes calldata approval;
        (lease, cursor) = PackedOrderLib.readSized(cursor);
        (approval, cursor) = PackedOrderLib.readSized(cursor);
        if (cursor != end) revert EncodingInvalid();
        bool isKey = options.signerTailLength == 0 && submitter == record.session().signer();
        if (signature.length != 0 || !isKey) {
            if (!_isSignedByKey(record.session(), options, record.hash(), signature))
                revert SignatureInvalid(record.hash());
        }
        _checkLease(record.sessionId(), options, lease);
        if (_checkApproval(options, record.hash(), approval)) record.setApproved();
    }

    function _isSignedByKey(
        PackedSession session,
        Options memory options,
        bytes32 digest,
        bytes calldata signature
    ) internal view returns (bool) {
        address key = session.signer();
        if (options.signerTailLength == 0) return SignerCheck.isSignedBy(key, digest, signature);
        bytes calldata tail = CalldataReader.slice(options.signerTailAt, options.signerTailLength);
        return SignerCheck.isSignedBy(abi.encodePacked(key, tail), digest, signature);
    }

    function _checkLease(bytes32 sessionId, Options memory options, bytes calldata lease) private view {
        uint256 ttl = options.leaseTtl;
        if (ttl == 0) {
            if (lease.length != 0) revert EncodingInvalid();
            return;
        }
        if (lease.length < 6) revert LeaseMissing(uint32(ttl));
        uint256 issuedAt = uint48(bytes6(lease));
        // Both are below 2^49.
        unchecked {
            if (block.timestamp < issuedAt || block.timestamp >= issuedAt + ttl) {
                revert LeaseNotCurrent(uint48(issuedAt), uint32(ttl), uint48(block.timestamp));
            }
        }
        bytes32 digest = _hashTypedDataV4(OrderHash.hashLease(sessionId, issuedAt));
        if (!SignerCheck.isSignedBy(options.sentinel, digest, lease[6:])) {
            revert LeaseInvalid(sessionId, options.sentinel);
        }
    }

    /// @return Whether there is one.
    function _checkApproval(
        Options memory options,
        bytes32 orderHash,
        bytes calldata approval
    ) private view returns (bool) {
        if (approval.length == 0) return false;
        if (options.approverLength == 0) revert EncodingInvalid();
        bytes memory approver = CalldataReader.slice(options.approverAt, options.approverLength);
        bytes32 digest = _hashTypedDataV4(OrderHash.hashApproval(orderHash));
        if (!SignerCheck.isSignedBy(approver, digest, approval)) revert ApprovalInvalid(orderHash);
        return true;
    }

    /// @dev A policy can only reject; what it does with gas is the order's own.
    function _askPolicies(OrderRecord record, PackedSession session) private view {
        uint256 cursor = record.callsAt();
        uint256 count = CalldataReader.byteAt(cursor);
        unchecked {
            cursor += 1;
        }
        for (uint256 i; i < count; ++i) {
            PackedCall call = PackedCall.wrap(cursor);
            (, uint256 proofEnd) = call.proof();
            (uint256 value, uint256 dataAt, uint256 dataLength) = PackedOrderLib.content(proofEnd);
            uint256 scopeAt = call.scopeAt();
            if (ScopeCodec.hasPolicy(CalldataReader.word(scopeAt))) {
                bytes calldata data = CalldataReader.slice(dataAt, dataLength);
                _askPolicy(session.account(), record.sessionId(), i, scopeAt, value, data);
            }
            unchecked {
                cursor = dataAt + dataLength;
            }
        }
    }

    function _askPolicy(
        address account,
        bytes32 sessionId,
        uint256 index,
        uint256 scopeAt,
        uint256 value,
        bytes calldata data
    ) private view {
        address policy = ScopeCodec.readPolicy(scopeAt);
        address target = ScopeCodec.targetOf(CalldataReader.word(scopeAt));
        bytes memory input = abi.encodeCall(IScopePolicy.checkCall, (account, sessionId, target, value, data));
        (bool ok, uint256 answer) = AccountCalls.readWord(policy, input);
        if (ok && bytes32(answer) == bytes32(IScopePolicy.checkCall.selector)) return;
        revert PolicyRejected(index, policy, AccountCalls.lastReason());
    }
}
