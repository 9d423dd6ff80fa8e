// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionControl} from "./ISessionControl.sol";
import {ISessionErrors} from "./ISessionErrors.sol";
import {ISessionEvents} from "./ISessionEvents.sol";
import {ISessionGrants} from "./ISessionGrants.sol";
import {ISessionUse} from "./ISessionUse.sol";

/// @title Latchkey session manager
/// @notice Lets an account hand a session key limited authority, and enforces that authority on every use.
/// @dev A session's id is the keccak256 of its packed content, so the id is the commitment: state holds one word a
/// session and everything else travels as calldata. `docs/encoding.md` gives the packed layouts byte by byte.
interface ISessionManager is ISessionUse, ISessionGrants, ISessionControl, ISessionEvents, ISessionErrors {}
