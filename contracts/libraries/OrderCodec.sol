// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionManager} from "../interfaces/ISessionManager.sol";
import {CalldataBytes} from "./CalldataBytes.sol";

/// @dev A packed order, read, and the one of its calls that is at hand. Offsets are into the order's bytes.
struct OrderView {
    uint32 gasLimit;
    uint24 nonce;
    uint48 deadline;
    bytes32 hash;
    uint256 callCount;
    uint256 callsAt;
    uint256 signatureAt;
    uint256 signatureLength;
    uint256 scopeAt;
    uint256 scopeLength;
    uint256 proofAt;
    uint256 proofLength;
    uint256 value;
    uint256 dataAt;
    uint256 dataLength;
}

/// @title Reading and hashing packed orders
/// @dev The layout is in `docs/encoding.md`.
library OrderCodec {
    using CalldataBytes for bytes;

    bytes32 internal constant CALL_TYPEHASH = keccak256("Call(address target,uint256 value,bytes data,bytes32 scope)");
    bytes32 internal constant ORDER_TYPEHASH = keccak256(
        "Order(bytes32 sessionId,uint24 nonce,uint48 deadline,uint32 gasLimit,Call[] calls)Call(address target,uint256 value,bytes data,bytes32 scope)"
    );

    uint256 internal constant SESSION_AT = 15;

    /// @notice Reads packed bytes up to the calls; `readEnd` must follow once the calls are read.
    /// @param view_ Filled, but for its hash and the call at hand.
    /// @return sessionLength Of the packed session, which starts at `SESSION_AT`.
    function read(bytes calldata order, OrderView memory view_) internal pure returns (uint256 sessionLength) {
        uint256 head = uint256(order.word(0));
        view_.gasLimit = uint32(head >> 224);
        view_.nonce = uint24(head >> 200);
        view_.deadline = uint48(head >> 152);
        sessionLength = uint16(head >> 136);
        // At most 2^16 + 16.
        unchecked {
            uint256 cursor = SESSION_AT + sessionLength;
            // A count read past the end must not be followed.
            if (cursor >= order.length) revert ISessionManager.EncodingInvalid();
            view_.callCount = order.number(cursor, 1);
            view_.callsAt = cursor + 1;
        }
    }

    /// @notice Makes the call at `cursor` the one at hand.
    /// @dev A call is at most 2^24 + 2^17 bytes and an order has at most 255.
    /// @return end Where the next call starts.
    function readCall(
        bytes calldata order,
        OrderView memory view_,
        uint256 cursor
    ) internal pure returns (uint256 end) {
        unchecked {
            uint256 length = order.number(cursor, 2);
            view_.scopeAt = cursor + 2;
            view_.scopeLength = length;
            cursor += 2 + length;
            length = 32 * order.number(cursor, 1);
            view_.proofAt = cursor + 1;
            view_.proofLength = length;
            cursor += 1 + length;
            uint256 head = uint256(order.word(cursor));
            view_.value = head >> 128;
            length = uint24(head >> 104);
            view_.dataAt = cursor + 19;
            view_.dataLength = length;
            end = cursor + 19 + length;
        }
    }

    /// @notice Reads what follows the calls; reverts with `EncodingInvalid` unless it ends exactly where the order does.
    /// @param cursor Where the last call ends.
    function readEnd(bytes calldata order, OrderView memory view_, uint256 cursor) internal pure {
        unchecked {
            view_.signatureLength = order.number(cursor, 2);
            view_.signatureAt = cursor + 2;
            cursor += 2 + view_.signatureLength;
            // Lease and approval: no session that needs one can be granted, so neither may be given.
            if (order.number(cursor, 4) != 0 || cursor + 4 != order.length) revert ISessionManager.EncodingInvalid();
        }
    }

    function slice(bytes calldata order, uint256 start, uint256 length) internal pure returns (bytes calldata part) {
        // order[start:start + length]; `read` has checked that all parts together end where the order does.
        assembly ("memory-safe") {
            part.offset := add(order.offset, start)
            part.length := length
        }
    }

    /// @param dataHash keccak256 of the call's data.
    function hashCall(
        address target,
        uint256 value,
        bytes32 dataHash,
        bytes32 scope
    ) internal pure returns (bytes32 callHash) {
        bytes32 typehash = CALL_TYPEHASH;
        // keccak256(abi.encode(CALL_TYPEHASH, target, value, dataHash, scope)), without taking the memory for good.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typehash)
            mstore(add(start, 0x20), shr(96, shl(96, target)))
            mstore(add(start, 0x40), value)
            mstore(add(start, 0x60), dataHash)
            mstore(add(start, 0x80), scope)
            callHash := keccak256(start, 0xa0)
        }
    }

    /// @return orderHash The EIP-712 struct hash of an order.
    function hashStruct(
        bytes32 sessionId,
        uint256 nonce,
        uint256 deadline,
        uint256 gasLimit,
        bytes32[] memory callHashes
    ) internal pure returns (bytes32 orderHash) {
        bytes32 typehash = ORDER_TYPEHASH;
        // keccak256(abi.encode(ORDER_TYPEHASH, sessionId, nonce, deadline, gasLimit,
        // keccak256(abi.encodePacked(callHashes)))), without copying the hashes.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typehash)
            mstore(add(start, 0x20), sessionId)
            mstore(add(start, 0x40), nonce)
            mstore(add(start, 0x60), deadline)
            mstore(add(start, 0x80), gasLimit)
            mstore(add(start, 0xa0), keccak256(add(callHashes, 0x20), mul(mload(callHashes), 0x20)))
            orderHash := keccak256(start, 0xc0)
        }
    }
}
