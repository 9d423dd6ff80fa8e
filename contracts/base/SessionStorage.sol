// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../interfaces/ISessionEvents.sol";
import {AccountWord} from "../libraries/AccountWord.sol";
import {SessionWord} from "../libraries/SessionWord.sol";

/// @title The state of the session manager, and its lock
/// @dev `SessionManager` and `SessionControl` share this layout, for the one runs the code of the other on its own state.
/// Each state-changing entry takes the one lock, and views revert while it is held.
abstract contract SessionStorage is ISessionEvents, ISessionErrors, EIP712, ReentrancyGuardTransient {
    mapping(bytes32 sessionId => SessionWord) internal _words;
    /// @dev Spend of the second and further limits, laid out as in `SessionWord`.
    mapping(bytes32 sessionId => mapping(uint256 limit => SessionWord)) internal _spends;
    /// @dev Spend since the last approved order, of limits that ask for approval, laid out as in `SessionWord`.
    mapping(bytes32 sessionId => mapping(uint256 limit => SessionWord)) internal _unapproved;
    mapping(address account => AccountWord) internal _accounts;

    constructor() EIP712("Latchkey", "1") {}
}
