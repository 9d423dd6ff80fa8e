// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @dev The ERC-7579 execution mode in which the manager calls a `SessionAccount`: one call, by a call type of our own.
/// Other ERC-7579 accounts don't know it and refuse, so a session that takes one of them for a `SessionAccount`, which has
/// no modules that a session must not call, can do nothing.
bytes32 constant SESSION_ACCOUNT_MODE = bytes32("L");
