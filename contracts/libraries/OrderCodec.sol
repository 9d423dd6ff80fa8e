// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionManager} from "../interfaces/ISessionManager.sol";
import {CalldataBytes} from "./CalldataBytes.sol";

/// @dev A packed order, read. Offsets are into the order's bytes.
struct OrderView {
    uint32 gasLimit;
    uint24 nonce;
    uint48 deadline;
    uint256 sessionAt;
    uint256 sessionLength;
    uint256 signatureAt;
    uint256 signatureLength;
    CallView[] calls;
}

/// @dev A call of a packed order, read.
struct CallView {
    uint256 scopeAt;
    uint256 scopeLength;
    uint256 proofAt;
    uint256 proofLength;
    uint256 value;
    uint256 dataAt;
    uint256 dataLength;
    /// Filled from the scope when it is checked.
    address target;
    address spendToken;
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

    /// @notice Reads packed bytes; reverts with `EncodingInvalid` unless they end exactly where the layout says.
    function read(bytes calldata order) internal pure returns (OrderView memory view_) {
        view_.gasLimit = uint32(order.number(0, 4));
        view_.nonce = uint24(order.number(4, 3));
        view_.deadline = uint48(order.number(7, 6));
        view_.sessionAt = SESSION_AT;
        view_.sessionLength = order.number(13, 2);
        // At most 255 calls of at most 2^24 + 2^17 bytes.
        unchecked {
            uint256 cursor = SESSION_AT + view_.sessionLength;
            // A count read past the end must not size an array.
            if (cursor >= order.length) revert ISessionManager.EncodingInvalid();
            view_.calls = new CallView[](order.number(cursor, 1));
            cursor += 1;
            for (uint256 i; i < view_.calls.length; ++i) {
                cursor = _readCall(order, cursor, view_.calls[i]);
            }
            view_.signatureLength = order.number(cursor, 2);
            view_.signatureAt = cursor + 2;
            cursor += 2 + view_.signatureLength;
            // Lease and approval: no session that needs one can be granted, so neither may be given.
            if (order.number(cursor, 4) != 0 || cursor + 4 != order.length) revert ISessionManager.EncodingInvalid();
        }
    }

    function _readCall(bytes calldata order, uint256 cursor, CallView memory call) private pure returns (uint256) {
        unchecked {
            call.scopeLength = order.number(cursor, 2);
            call.scopeAt = cursor + 2;
            cursor += 2 + call.scopeLength;
            call.proofLength = 32 * order.number(cursor, 1);
            call.proofAt = cursor + 1;
            cursor += 1 + call.proofLength;
            call.value = order.number(cursor, 16);
            call.dataLength = order.number(cursor + 16, 3);
            call.dataAt = cursor + 19;
            return cursor + 19 + call.dataLength;
        }
    }

    function slice(bytes calldata order, uint256 start, uint256 length) internal pure returns (bytes calldata part) {
        // order[start:start + length]; `read` has checked that all parts together end where the order does.
        assembly ("memory-safe") {
            part.offset := add(order.offset, start)
            part.length := length
        }
    }

    function hashCall(address target, uint256 value, bytes calldata data, bytes32 scope)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(CALL_TYPEHASH, target, value, keccak256(data), scope));
    }

    /// @return The EIP-712 struct hash of an order.
    function hashStruct(
        bytes32 sessionId,
        uint24 nonce,
        uint48 deadline,
        uint32 gasLimit,
        bytes32[] memory callHashes
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ORDER_TYPEHASH, sessionId, nonce, deadline, gasLimit, keccak256(abi.encodePacked(callHashes))
            )
        );
    }
}
