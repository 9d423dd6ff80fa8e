// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @dev The chain's native token as an address (ERC-7528).
address constant NATIVE_TOKEN = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
