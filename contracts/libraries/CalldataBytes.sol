// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title Reading packed calldata
/// @dev Reads never check bounds: past the end they give whatever follows, or zeros. Parsers here read first and
/// compare the final cursor with the length before anything read is used.
library CalldataBytes {
    /// @return value The 32 bytes of `data` from `offset`.
    function word(bytes calldata data, uint256 offset) internal pure returns (bytes32 value) {
        // bytes32(data[offset:offset + 32]), which checks bounds a second time and cannot read a field near the end.
        assembly ("memory-safe") {
            value := calldataload(add(data.offset, offset))
        }
    }

    /// @return The big-endian number of `size` (1 to 32) bytes at `offset`.
    function number(bytes calldata data, uint256 offset, uint256 size) internal pure returns (uint256) {
        unchecked {
            return uint256(word(data, offset)) >> (256 - 8 * size);
        }
    }

    function addressAt(bytes calldata data, uint256 offset) internal pure returns (address) {
        return address(bytes20(word(data, offset)));
    }

    /// @return value keccak256 of `data`.
    function hash(bytes calldata data) internal pure returns (bytes32 value) {
        // keccak256(data), which takes the copy's memory for good.
        assembly ("memory-safe") {
            let start := mload(0x40)
            calldatacopy(start, data.offset, data.length)
            value := keccak256(start, data.length)
        }
    }
}
