// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IAbiErrors} from "../interfaces/IAbiErrors.sol";
import {CalldataReader} from "./CalldataReader.sol";

/// @title Reading ABI-encoded calldata without trusting it
/// @dev Decoders differ in what they make of dirty words and of offsets that lead outside: they cut, wrap or revert. Here
/// such words are refused, so what is read is what every decoder reads. Offsets may still be in any order or overlap, as
/// every decoder follows them alike.
library AbiReader {
    using CalldataReader for bytes;

    /// @notice Refuses `data` of fewer than `count` words.
    function requireWords(bytes calldata data, uint256 count) internal pure {
        if (data.length < 32 * count) revert IAbiErrors.AbiInvalid(32 * count, data.length);
    }

    function wordAt(bytes calldata data, uint256 position) internal pure returns (uint256) {
        // uint256(bytes32(data[position:position + 32])), with the bounds checked here: neither difference nor sum passes
        // the length of calldata.
        unchecked {
            if (data.length < 32 || position > data.length - 32) {
                revert IAbiErrors.AbiInvalid(position, data.length);
            }
            return CalldataReader.word(data.start() + position);
        }
    }

    /// @return word The word at `position`, which is not above `max`.
    function numberAt(bytes calldata data, uint256 position, uint256 max) internal pure returns (uint256 word) {
        word = wordAt(data, position);
        if (word > max) revert IAbiErrors.AbiInvalid(word, max);
    }

    function addressAt(bytes calldata data, uint256 position) internal pure returns (address) {
        return address(uint160(numberAt(data, position, type(uint160).max)));
    }

    /// @notice What the offset in the head of a tuple or array points at.
    /// @param data From where the tuple, or the array behind its length, starts: offsets count from there.
    /// @param index Of the word in the head.
    function tailAt(bytes calldata data, uint256 index) internal pure returns (bytes calldata) {
        return _from(data, numberAt(data, 32 * index, data.length));
    }

    /// @notice The bytes that the offset in the head points at.
    function bytesAt(bytes calldata data, uint256 index) internal pure returns (bytes calldata) {
        (uint256 length, bytes calldata rest) = _readLength(tailAt(data, index));
        if (length > rest.length) revert IAbiErrors.AbiInvalid(length, rest.length);
        return CalldataReader.slice(rest.start(), length);
    }

    /// @notice The array that the offset in the head points at.
    /// @return count Of its elements; a head word of each fits.
    /// @return elements What follows the length.
    function arrayAt(
        bytes calldata data,
        uint256 index
    ) internal pure returns (uint256 count, bytes calldata elements) {
        (count, elements) = _readLength(tailAt(data, index));
        if (count > elements.length / 32) revert IAbiErrors.AbiInvalid(count, elements.length / 32);
    }

    function _readLength(bytes calldata tail) private pure returns (uint256 length, bytes calldata rest) {
        return (wordAt(tail, 0), _from(tail, 32));
    }

    /// @dev data[offset:]
    /// @param offset At most the length of `data`.
    function _from(bytes calldata data, uint256 offset) private pure returns (bytes calldata) {
        unchecked {
            return CalldataReader.slice(data.start() + offset, data.length - offset);
        }
    }
}
