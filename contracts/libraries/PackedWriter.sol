// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title Writing packed bytes into free memory
/// @dev What is written lies beyond the free memory that Solidity knows of, until `reserve` or `finish`: in between nothing
/// may allocate memory. bytes.concat of encodePacked parts says the same, at some 10,000 gas more for a session of one
/// limit and one scope.
library PackedWriter {
    /// @return place Where free memory starts.
    function free() internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
        }
    }

    /// @return words As many as `count`, of no value yet.
    function allocate(uint256 count) internal pure returns (bytes32[] memory words) {
        // words = new bytes32[](count), which writes zeros to them.
        assembly ("memory-safe") {
            words := mload(0x40)
            mstore(words, count)
            mstore(0x40, add(words, add(0x20, shl(5, count))))
        }
    }

    /// @return cursor Where the first byte goes.
    function begin() internal pure returns (uint256 cursor) {
        // Free memory starts far below 2^256.
        unchecked {
            return free() + 0x20;
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

    /// @notice Writes all of `words`.
    /// @return Where the next byte goes.
    function put(uint256 cursor, bytes32[] calldata words) internal pure returns (uint256) {
        // Solidity has checked that all words lie in calldata.
        unchecked {
            uint256 size = words.length * 32;
            assembly ("memory-safe") {
                calldatacopy(cursor, words.offset, size)
            }
            return cursor + size;
        }
    }

    /// @notice Makes what was written from `place + 32` up to `cursor` the ABI encoding of `bytes` at `place`: its length
    /// before it, zeros behind it up to a multiple of 32 bytes.
    /// @return next Where the encoding ends.
    function close(uint256 cursor, uint256 place) internal pure returns (uint256 next) {
        assembly ("memory-safe") {
            let size := sub(cursor, add(place, 0x20))
            mstore(place, size)
            mstore(cursor, 0)
            next := add(place, and(add(size, 63), not(31)))
        }
    }

    /// @return value keccak256 of what was written from `place` up to `cursor`.
    function hash(uint256 cursor, uint256 place) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := keccak256(place, sub(cursor, place))
        }
    }

    /// @notice Leaves what was written below `cursor` to stay; beyond it others may use memory again.
    function reserve(uint256 cursor) internal pure {
        assembly ("memory-safe") {
            mstore(0x40, cursor)
        }
    }

    /// @return packed What was written since `begin`.
    function finish(uint256 cursor) internal pure returns (bytes memory packed) {
        uint256 place = free();
        reserve(close(cursor, place));
        assembly ("memory-safe") {
            packed := place
        }
    }
}
