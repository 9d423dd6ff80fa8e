// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {AccountWord} from "../libraries/AccountWord.sol";
import {SessionView} from "../libraries/SessionReader.sol";
import {SessionWord, StoredStatus} from "../libraries/SessionWord.sol";
import {SessionStorage} from "./SessionStorage.sol";

/// @title Ending sessions, one or all of an account
/// @dev Who may is checked before.
abstract contract SessionEnding is SessionStorage {
    /// @param by Whose authority ends it.
    function _revoke(SessionView memory session, address by) internal {
        SessionWord word = _words[session.id];
        if (word.status() == StoredStatus.Revoked) revert SessionAlreadyRevoked(session.id);
        _words[session.id] = word.withStatus(StoredStatus.Revoked);
        emit SessionRevoked(session.account, session.id, by);
    }

    /// @param word Of the account, as it is otherwise to be.
    function _revokeAll(address account, AccountWord word) internal returns (uint32 epoch) {
        word = word.withNextEpoch();
        _accounts[account] = word;
        epoch = word.epoch();
        emit SessionsRevoked(account, epoch);
    }
}
