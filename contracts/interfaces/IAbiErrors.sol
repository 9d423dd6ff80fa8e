// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title What is wrong with ABI-encoded bytes that are read one word at a time
interface IAbiErrors {
    /// @notice A word, offset or length that does not fit what it stands for.
    error AbiInvalid(uint256 word, uint256 max);
}
