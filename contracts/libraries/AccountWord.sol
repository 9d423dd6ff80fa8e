// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";

/// @dev The whole stored state of an account, from the least significant bit: epoch 32 | paused 8 | installed 8 |
/// control nonce 48 | guardian 160.
type AccountWord is uint256;

using AccountWordLib for AccountWord global;

/// @title The state word of an account
library AccountWordLib {
    uint256 private constant PAUSED = 1 << 32;
    uint256 private constant INSTALLED = 1 << 40;
    uint256 private constant NONCE_SHIFT = 48;
    uint256 private constant GUARDIAN_SHIFT = 96;

    /// @return Whether no session but those of `epoch_` is alive, and they are not paused.
    function admits(AccountWord self, uint32 epoch_) internal pure returns (bool) {
        return uint40(AccountWord.unwrap(self)) == epoch_;
    }

    function epoch(AccountWord self) internal pure returns (uint32) {
        return uint32(AccountWord.unwrap(self));
    }

    function isPaused(AccountWord self) internal pure returns (bool) {
        return AccountWord.unwrap(self) & PAUSED != 0;
    }

    function isInstalled(AccountWord self) internal pure returns (bool) {
        return AccountWord.unwrap(self) & INSTALLED != 0;
    }

    function controlNonce(AccountWord self) internal pure returns (uint48) {
        return uint48(AccountWord.unwrap(self) >> NONCE_SHIFT);
    }

    function guardian(AccountWord self) internal pure returns (address) {
        return address(uint160(AccountWord.unwrap(self) >> GUARDIAN_SHIFT));
    }

    /// @dev Reverts after 2^32 epochs.
    function withNextEpoch(AccountWord self) internal pure returns (AccountWord) {
        uint32 next = epoch(self) + 1;
        return AccountWord.wrap(((AccountWord.unwrap(self) >> 32) << 32) | next);
    }

    /// @dev 2^48 control acts of one account cannot happen.
    function withNextNonce(AccountWord self) internal pure returns (AccountWord) {
        unchecked {
            return AccountWord.wrap(AccountWord.unwrap(self) + (1 << NONCE_SHIFT));
        }
    }

    function withPaused(AccountWord self, bool paused) internal pure returns (AccountWord) {
        uint256 word = AccountWord.unwrap(self);
        return AccountWord.wrap(paused ? word | PAUSED : word & ~PAUSED);
    }

    function withInstalled(AccountWord self, bool installed) internal pure returns (AccountWord) {
        uint256 word = AccountWord.unwrap(self);
        return AccountWord.wrap(installed ? word | INSTALLED : word & ~INSTALLED);
    }

    function withGuardian(AccountWord self, address guardian_) internal pure returns (AccountWord) {
        return AccountWord.wrap(uint96(AccountWord.unwrap(self)) | (uint256(uint160(guardian_)) << GUARDIAN_SHIFT));
    }

    function toState(AccountWord self) internal pure returns (ISessionTypes.AccountState memory) {
        return
            ISessionTypes.AccountState({
                epoch: epoch(self),
                paused: isPaused(self),
                controlNonce: controlNonce(self),
                guardian: guardian(self),
                installed: isInstalled(self)
            });
    }
}
