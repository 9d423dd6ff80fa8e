// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title Reading packed bytes where they lie in calldata
/// @dev Places are offsets into calldata. Reads never check bounds: past the end they give whatever follows, or zeros.
/// Parsers here read first and compare the final cursor with the end before anything read is used.
library CalldataReader {
    /// @return place Where `data` starts.
    function start(bytes calldata data) internal pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := data.offset
        }
    }

    /// @return value The 32 bytes from `place`.
    function word(uint256 place) internal pure returns (uint256 value) {
        // uint256(bytes32(msg.data[at:at + 32])), which checks bounds and cannot read a field near the end.
        assembly ("memory-safe") {
            value := calldataload(place)
        }
    }

    // Big-endian numbers of as many bits. One function a size, for a shift by a constant is all that is left of it.

    function byteAt(uint256 place) internal pure returns (uint256) {
        return word(place) >> 248;
    }

    function uint16At(uint256 place) internal pure returns (uint256) {
        return word(place) >> 240;
    }

    function uint24At(uint256 place) internal pure returns (uint256) {
        return word(place) >> 232;
    }

    function uint32At(uint256 place) internal pure returns (uint256) {
        return word(place) >> 224;
    }

    function uint48At(uint256 place) internal pure returns (uint256) {
        return word(place) >> 208;
    }

    function uint104At(uint256 place) internal pure returns (uint256) {
        return word(place) >> 152;
    }

    function uint128At(uint256 place) internal pure returns (uint256) {
        return word(place) >> 128;
    }

    function addressAt(uint256 place) internal pure returns (address) {
        return address(uint160(word(place) >> 96));
    }

    /// @return data The `length` bytes from `place`.
    function slice(uint256 place, uint256 length) internal pure returns (bytes calldata data) {
        // msg.data[at:at + length]; whoever reads the parts checks that together they end where the whole does.
        assembly ("memory-safe") {
            data.offset := place
            data.length := length
        }
    }

    /// @return value keccak256 of the `length` bytes from `place`.
    function hash(uint256 place, uint256 length) internal pure returns (bytes32 value) {
        // keccak256(msg.data[at:at + length]), which takes the copy's memory for good.
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, place, length)
            value := keccak256(free, length)
        }
    }
}
