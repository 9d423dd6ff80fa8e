// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {CalldataReader} from "./CalldataReader.sol";

/// @dev A packed order, read. Places are offsets into calldata.
struct OrderView {
    bytes32 hash;
    uint256 nonce;
    /// Whether the approver has signed.
    bool isApproved;
    /// Whether a scope asks a policy.
    bool asksPolicy;
    CallView[] calls;
}

/// @dev A call of a packed order, read.
struct CallView {
    address target;
    uint256 value;
    uint256 dataAt;
    uint256 dataLength;
    /// Of its packed scope.
    uint256 scopeAt;
}

/// @title Reading packed orders
/// @dev The layout is in `docs/encoding.md`.
library OrderReader {
    uint256 internal constant SESSION_AT = 15;
    uint256 private constant CALL_WORDS = 5;

    function gasLimit(uint256 head) internal pure returns (uint256) {
        return head >> 224;
    }

    function nonce(uint256 head) internal pure returns (uint24) {
        return uint24(head >> 200);
    }

    function deadline(uint256 head) internal pure returns (uint48) {
        return uint48(head >> 152);
    }

    function sessionLength(uint256 head) internal pure returns (uint256) {
        return uint16(head >> 136);
    }

    /// @dev Every field is written by `OrderChecks` before it is read.
    function allocateCalls(uint256 count) internal pure returns (CallView[] memory calls) {
        uint256 size = 32 * CALL_WORDS;
        // new CallView[](count), which takes memory once more for each call and clears it.
        assembly ("memory-safe") {
            calls := mload(0x40)
            mstore(calls, count)
            let pointer := add(calls, 0x20)
            let call_ := add(pointer, mul(count, 0x20))
            for {
                let end := call_
            } lt(pointer, end) {
                pointer := add(pointer, 0x20)
            } {
                mstore(pointer, call_)
                call_ := add(call_, size)
            }
            mstore(0x40, call_)
        }
    }

    /// @notice Reads the bytes behind a 2-byte length at `cursor`.
    /// @return part The bytes.
    /// @return end Where they end.
    function readSized(uint256 cursor) internal pure returns (bytes calldata part, uint256 end) {
        unchecked {
            uint256 length = CalldataReader.number(cursor, 2);
            part = CalldataReader.slice(cursor + 2, length);
            end = cursor + 2 + length;
        }
    }
}
