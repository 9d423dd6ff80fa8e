// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title Writing packed bytes into free memory
/// @dev Between `begin` and `finish` nothing may allocate memory. bytes.concat of encodePacked parts says the same, at
/// some 10,000 gas more for a session of one limit and one scope.
library PackedWriter {
    /// @return cursor Where the first byte goes.
    function begin() internal pure returns (uint256 cursor) {
        assembly ("memory-safe") {
            cursor := add(mload(0x40), 0x20)
        }
    }

    /// @notice Writes the last `size` (1 to 32) bytes of `value`. Up to 32 bytes from the cursor on are overwritten.
    /// @return Where the next byte goes.
    function put(uint256 cursor, uint256 value, uint256 size) internal pure returns (uint256) {
        // Memory addresses and 8 * 32 are far below 2^256.
        unchecked {
            assembly ("memory-safe") {
                mstore(cursor, shl(sub(256, shl(3, size)), value))
            }
            return cursor + size;
        }
    }

    /// @notice Writes all of `data`.
    /// @return Where the next byte goes.
    function put(uint256 cursor, bytes calldata data) internal pure returns (uint256) {
        unchecked {
            assembly ("memory-safe") {
                calldatacopy(cursor, data.offset, data.length)
            }
            return cursor + data.length;
        }
    }

    /// @return packed What was written since `begin`.
    function finish(uint256 cursor) internal pure returns (bytes memory packed) {
        assembly ("memory-safe") {
            packed := mload(0x40)
            mstore(packed, sub(cursor, add(packed, 0x20)))
            mstore(0x40, and(add(cursor, 31), not(31)))
        }
    }
}
