// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IUniversalRouterPolicy} from "../interfaces/IUniversalRouterPolicy.sol";

/// @title Reading ABI-encoded calldata without trusting it
/// @dev Decoders differ in what they make of dirty words and of offsets that lead outside: they cut, wrap or revert. Here
/// such words are refused, so what is read is what every decoder reads. Offsets may still be in any order or overlap, as
/// every decoder follows them alike.
library AbiReader {
    /// @notice Refuses `data` of fewer than `count` words.
    function requireWords(bytes calldata data, uint256 count) internal pure {
        if (data.length < 32 * count) revert IUniversalRouterPolicy.EncodingInvalid(32 * count, data.length);
    }

    function wordAt(bytes calldata data, uint256 position) internal pure returns (uint256) {
        if (data.length < 32 || position > data.length - 32) {
            revert IUniversalRouterPolicy.EncodingInvalid(position, data.length);
        }
        return uint256(bytes32(data[position:position + 32]));
    }

    /// @return word The word at `position`, which is not above `max`.
    function numberAt(bytes calldata data, uint256 position, uint256 max) internal pure returns (uint256 word) {
        word = wordAt(data, position);
        if (word > max) revert IUniversalRouterPolicy.EncodingInvalid(word, max);
    }

    function addressAt(bytes calldata data, uint256 position) internal pure returns (address) {
        return address(uint160(numberAt(data, position, type(uint160).max)));
    }

    /// @notice What the offset in the head of a tuple or array points at.
    /// @param data From where the tuple, or the array behind its length, starts: offsets count from there.
    /// @param index Of the word in the head.
    function tailAt(bytes calldata data, uint256 index) internal pure returns (bytes calldata) {
        return data[numberAt(data, 32 * index, data.length):];
    }

    /// @notice The bytes that the offset in the head points at.
    function bytesAt(bytes calldata data, uint256 index) internal pure returns (bytes calldata) {
        bytes calldata tail = tailAt(data, index);
        uint256 length = wordAt(tail, 0);
        if (length > tail.length - 32) revert IUniversalRouterPolicy.EncodingInvalid(length, tail.length - 32);
        return tail[32:32 + length];
    }

    /// @notice The array that the offset in the head points at.
    /// @return count Of its elements; a head word of each fits.
    /// @return elements What follows the length.
    function arrayAt(
        bytes calldata data,
        uint256 index
    ) internal pure returns (uint256 count, bytes calldata elements) {
        bytes calldata tail = tailAt(data, index);
        count = wordAt(tail, 0);
        elements = tail[32:];
        if (count > elements.length / 32) revert IUniversalRouterPolicy.EncodingInvalid(count, elements.length / 32);
    }
}
