// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {CalldataReader} from "./CalldataReader.sol";

/// @dev The first 32 bytes of a packed order: gas limit 4 | nonce 3 | deadline 6 | length of the session 2 | what follows.
type OrderHead is uint256;

/// @dev Where a packed call starts in calldata.
type PackedCall is uint256;

using PackedOrderLib for OrderHead global;
using PackedOrderLib for PackedCall global;

/// @title Reading packed orders
/// @dev The layout is in `docs/encoding.md`. A call is at most 2^24 + 2^17 bytes and an order has at most 255, so no place
/// overflows.
library PackedOrderLib {
    uint256 internal constant SESSION_AT = 15;
    uint256 private constant CALL_DATA_AT = 19;

    function headOf(bytes calldata order) internal pure returns (OrderHead) {
        return OrderHead.wrap(CalldataReader.word(CalldataReader.start(order)));
    }

    function gasLimit(OrderHead self) internal pure returns (uint256) {
        return OrderHead.unwrap(self) >> 224;
    }

    function nonce(OrderHead self) internal pure returns (uint24) {
        return uint24(OrderHead.unwrap(self) >> 200);
    }

    function deadline(OrderHead self) internal pure returns (uint48) {
        return uint48(OrderHead.unwrap(self) >> 152);
    }

    function sessionLength(OrderHead self) internal pure returns (uint256) {
        return uint16(OrderHead.unwrap(self) >> 136);
    }

    function scopeAt(PackedCall self) internal pure returns (uint256) {
        unchecked {
            return PackedCall.unwrap(self) + 2;
        }
    }

    function scopeLength(PackedCall self) internal pure returns (uint256) {
        return CalldataReader.uint16At(PackedCall.unwrap(self));
    }

    /// @return proofAt Where the proof of the scope starts.
    /// @return proofEnd Where it ends.
    function proof(PackedCall self) internal pure returns (uint256 proofAt, uint256 proofEnd) {
        unchecked {
            proofAt = PackedCall.unwrap(self) + 3 + scopeLength(self);
            proofEnd = proofAt + 32 * CalldataReader.byteAt(proofAt - 1);
        }
    }

    /// @param proofEnd Where the proof of the scope ends.
    /// @return value Wei.
    /// @return dataAt Where the call's data starts.
    /// @return dataLength Its length.
    function content(uint256 proofEnd) internal pure returns (uint256 value, uint256 dataAt, uint256 dataLength) {
        uint256 head = CalldataReader.word(proofEnd);
        unchecked {
            return (head >> 128, proofEnd + CALL_DATA_AT, uint24(head >> 104));
        }
    }

    /// @notice Reads the bytes behind a 2-byte length at `cursor`.
    /// @return part The bytes.
    /// @return end Where they end.
    function readSized(uint256 cursor) internal pure returns (bytes calldata part, uint256 end) {
        unchecked {
            uint256 length = CalldataReader.uint16At(cursor);
            part = CalldataReader.slice(cursor + 2, length);
            end = cursor + 2 + length;
        }
    }
}
