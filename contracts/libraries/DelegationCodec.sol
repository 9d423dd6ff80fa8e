// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {AbiReader} from "./AbiReader.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {PackedWriter} from "./PackedWriter.sol";
import {ScopeCodec} from "./ScopeCodec.sol";

/// @title From a delegation and its calls to the packed order they make
/// @dev Nothing is checked here but that the bytes are what the ABI makes of a `Delegation` and of its calls, what the packed
/// form could not hold, and that each call goes where its scope says: all else is checked of the order.
library DelegationCodec {
    using AbiReader for bytes;
    using CalldataReader for bytes;
    using PackedWriter for uint256;

    bytes32 private constant SINGLE = 0;
    /// @dev Target and value.
    uint256 private constant SINGLE_MIN = 52;
    bytes32 private constant BATCH = bytes32(uint256(1) << 248);

    // Members of `ISessionTypes.Delegation`, in words.

    uint256 private constant SESSION = 0;
    uint256 private constant NONCE = 1;
    uint256 private constant DEADLINE = 2;
    uint256 private constant GAS_LIMIT = 3;
    uint256 private constant SCOPES = 4;
    uint256 private constant PROOFS = 5;
    uint256 private constant SIGNATURE = 6;
    uint256 private constant LEASE = 7;
    uint256 private constant APPROVAL = 8;
    uint256 private constant MEMBERS = 9;

    /// @dev Target and flags of a packed scope.
    uint256 private constant SCOPE_MIN = 22;
    uint256 private constant PROOF_MAX = 32 * uint256(type(uint8).max);

    /// @param context ABI-encoded `Delegation`.
    /// @param mode ERC-7579: one call or several, reverting on failure.
    /// @param executionCalldata ERC-7579 encoded calls.
    function toOrder(
        bytes calldata context,
        bytes32 mode,
        bytes calldata executionCalldata
    ) internal pure returns (bytes memory order) {
        bytes calldata delegation = context.tailAt(0);
        delegation.requireWords(MEMBERS);
        uint256 cursor = PackedWriter.begin();
        if (mode == SINGLE) {
            cursor = _putSingle(cursor, delegation, executionCalldata);
        } else if (mode == BATCH) {
            cursor = _putBatch(cursor, delegation, executionCalldata);
        } else {
            revert ISessionErrors.DelegationModeNotSupported(mode);
        }
        cursor = _putSized(cursor, "signature", delegation.bytesAt(SIGNATURE));
        cursor = _putSized(cursor, "lease", delegation.bytesAt(LEASE));
        cursor = _putSized(cursor, "approval", delegation.bytesAt(APPROVAL));
        return cursor.finish();
    }

    function _putSingle(uint256 cursor, bytes calldata delegation, bytes calldata call) private pure returns (uint256) {
        if (call.length < SINGLE_MIN) _refuse("call", call.length, SINGLE_MIN);
        (bytes calldata scopes, bytes calldata proofs) = _readScopes(delegation, 1);
        cursor = _putHead(cursor, delegation, 1);
        address target = address(bytes20(call));
        cursor = _putScope(cursor, 0, target, scopes.bytesAt(0), proofs.bytesAt(0));
        return _putContent(cursor, uint256(bytes32(call[20:SINGLE_MIN])), call[SINGLE_MIN:]);
    }

    function _putBatch(
        uint256 cursor,
        bytes calldata delegation,
        bytes calldata executionCalldata
    ) private pure returns (uint256) {
        (uint256 count, bytes calldata calls) = executionCalldata.arrayAt(0);
        (bytes calldata scopes, bytes calldata proofs) = _readScopes(delegation, count);
        cursor = _putHead(cursor, delegation, count);
        for (uint256 i; i < count; ++i) {
            bytes calldata call = calls.tailAt(i);
            cursor = _putScope(cursor, i, call.addressAt(0), scopes.bytesAt(i), proofs.bytesAt(i));
            cursor = _putContent(cursor, call.wordAt(32), call.bytesAt(2));
        }
        return cursor;
    }

    function _readScopes(
        bytes calldata delegation,
        uint256 count
    ) private pure returns (bytes calldata scopes, bytes calldata proofs) {
        uint256 scopeCount;
        uint256 proofCount;
        (scopeCount, scopes) = delegation.arrayAt(SCOPES);
        (proofCount, proofs) = delegation.arrayAt(PROOFS);
        if (scopeCount != count || proofCount != count) revert ISessionErrors.DelegationLengthsDiffer();
    }

    function _putHead(uint256 cursor, bytes calldata delegation, uint256 count) private pure returns (uint256) {
        _checkBound("calls", count, type(uint8).max);
        cursor = cursor.put(delegation.numberAt(32 * GAS_LIMIT, type(uint32).max), 4);
        cursor = cursor.put(delegation.numberAt(32 * NONCE, type(uint24).max), 3);
        cursor = cursor.put(delegation.numberAt(32 * DEADLINE, type(uint48).max), 6);
        return _putSized(cursor, "session", delegation.bytesAt(SESSION)).put(count, 1);
    }

    function _putScope(
        uint256 cursor,
        uint256 index,
        address target,
        bytes calldata scope,
        bytes calldata proof
    ) private pure returns (uint256) {
        if (scope.length < SCOPE_MIN) _refuse("scope", scope.length, SCOPE_MIN);
        address expected = ScopeCodec.targetOf(CalldataReader.word(scope.start()));
        if (target != expected) revert ISessionErrors.DelegationTargetMismatch(index, target, expected);
        if (proof.length % 32 != 0 || proof.length > PROOF_MAX) _refuse("proof", proof.length, PROOF_MAX);
        return _putSized(cursor, "scope", scope).put(proof.length / 32, 1).put(proof);
    }

    function _putContent(uint256 cursor, uint256 value, bytes calldata data) private pure returns (uint256) {
        _checkBound("value", value, type(uint128).max);
        _checkBound("data", data.length, type(uint24).max);
        return cursor.put(value, 16).put(data.length, 3).put(data);
    }

    function _putSized(uint256 cursor, bytes32 name, bytes calldata part) private pure returns (uint256) {
        _checkBound(name, part.length, type(uint16).max);
        return cursor.put(part.length, 2).put(part);
    }

    function _checkBound(bytes32 name, uint256 given, uint256 max) private pure {
        if (given > max) _refuse(name, given, max);
    }

    /// @dev Takes the name as a word: a string would be written to memory, over the order, where nothing is refused.
    function _refuse(bytes32 name, uint256 given, uint256 bound) private pure {
        uint256 length;
        while (length < 32 && name[length] != 0) ++length;
        bytes memory part = abi.encodePacked(name);
        assembly ("memory-safe") {
            mstore(part, length)
        }
        revert ISessionErrors.DelegationInvalid(string(part), given, bound);
    }
}
