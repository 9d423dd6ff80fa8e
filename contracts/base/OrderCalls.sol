// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IScopePolicy} from "../interfaces/IScopePolicy.sol";
import {AccountCalls} from "../libraries/AccountCalls.sol";
import {AccountModules} from "../libraries/AccountModules.sol";
import {CalldataReader} from "../libraries/CalldataReader.sol";
import {CallCheck} from "../libraries/CallCheck.sol";
import {OrderHash, WordList, WordListLib} from "../libraries/OrderHash.sol";
import {OrderRecord} from "../libraries/OrderRecord.sol";
import {OrderHead, PackedCall, PackedOrderLib} from "../libraries/PackedOrder.sol";
import {PackedSession} from "../libraries/PackedSession.sol";
import {ScopeCodec} from "../libraries/ScopeCodec.sol";
import {ScopesTree} from "../libraries/ScopesTree.sol";
import {SessionLayout} from "../libraries/SessionLayout.sol";
import {SessionStorage} from "./SessionStorage.sol";

/// @title What is checked of an order's calls before they are made
abstract contract OrderCalls is SessionStorage {
    uint256 private constant OTHER_ACCOUNT_KIND = SessionLayout.ACCOUNT_KIND_MASK << SessionLayout.ACCOUNT_KIND_SHIFT;

    /// @return cursor Where the calls end.
    function _checkCalls(
        OrderRecord record,
        PackedSession session,
        OrderHead head
    ) internal view returns (uint256 cursor) {
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

    /// @dev A policy can only reject; what it does with gas is the order's own.
    function _askPolicies(OrderRecord record, PackedSession session) internal view {
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
