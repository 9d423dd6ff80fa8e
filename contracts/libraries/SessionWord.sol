// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../interfaces/ISessionErrors.sol";

/// @dev The whole stored state of a session, from the most significant bit: status 4 | nonce head 24 |
/// nonce window 64 | last use 32 | period index 28 | spend of the first limit 104.
type SessionWord is uint256;

/// @dev What is stored of a session's lifecycle; the rest of `SessionStatus` is derived.
enum StoredStatus {
    None,
    Active,
    Suspended,
    Revoked
}

using SessionWordLib for SessionWord global;

/// @title The state word of a session and its anti-replay window
/// @dev The window follows RFC 6479: `head` is one above the highest used nonce, bit i of the window says whether nonce
/// `head - 1 - i` is used, and a nonce 64 or more below the highest counts as used.
library SessionWordLib {
    uint256 private constant WINDOW = 64;

    function create() internal pure returns (SessionWord) {
        return SessionWord.wrap(uint256(StoredStatus.Active) << 252);
    }

    function status(SessionWord self) internal pure returns (StoredStatus) {
        return StoredStatus(SessionWord.unwrap(self) >> 252);
    }

    function isActive(SessionWord self) internal pure returns (bool) {
        return SessionWord.unwrap(self) >> 252 == uint256(StoredStatus.Active);
    }

    function withStatus(SessionWord self, StoredStatus status_) internal pure returns (SessionWord) {
        return SessionWord.wrap(((SessionWord.unwrap(self) << 4) >> 4) | (uint256(status_) << 252));
    }

    function nonceHead(SessionWord self) internal pure returns (uint24) {
        return uint24(SessionWord.unwrap(self) >> 228);
    }

    function nonceWindow(SessionWord self) internal pure returns (uint64) {
        return uint64(SessionWord.unwrap(self) >> 164);
    }

    /// @return Seconds from `validAfter` to the last order; meaningful once a nonce is used.
    function lastUse(SessionWord self) internal pure returns (uint32) {
        return uint32(SessionWord.unwrap(self) >> 132);
    }

    /// @notice Marks `nonce` used at `elapsed` seconds after `validAfter`.
    /// @dev Reverts with `NonceUsed` or `NonceTooOld`. The caller checks `nonce < maxOrders < 2^24`, so head fits.
    function useNonce(SessionWord self, uint24 nonce, uint256 elapsed) internal pure returns (SessionWord) {
        uint256 head = nonceHead(self);
        uint256 window = nonceWindow(self);
        // head <= 2^24 - 1 and nonce < 2^24 - 1: nothing below overflows.
        unchecked {
            if (nonce >= head) {
                uint256 shift = nonce + 1 - head;
                // What leaves the window is cut below.
                window = (window << shift) | 1;
                head = uint256(nonce) + 1;
            } else {
                uint256 age = head - 1 - nonce;
                if (age >= WINDOW) revert ISessionErrors.NonceTooOld(nonce, uint24(head - WINDOW));
                if ((window >> age) & 1 != 0) revert ISessionErrors.NonceUsed(nonce);
                window |= 1 << age;
            }
        }
        uint256 kept = SessionWord.unwrap(self) & ((0xF << 252) | ((1 << 132) - 1));
        return
            SessionWord.wrap(
                kept |
                    (uint256(uint24(head)) << 228) |
                    (uint256(uint64(window)) << 164) |
                    (uint256(uint32(elapsed)) << 132)
            );
    }

    /// @return Whether no nonce below `maxOrders` can be used any more.
    function isExhausted(SessionWord self, uint24 maxOrders) internal pure returns (bool) {
        uint256 head = nonceHead(self);
        if (head < maxOrders) return false;
        uint256 open = head < WINDOW ? (1 << head) - 1 : type(uint64).max;
        return nonceWindow(self) == open;
    }

    /// @return Index of the period that the first limit's spend is of.
    function period(SessionWord self) internal pure returns (uint256) {
        return uint28(SessionWord.unwrap(self) >> 104);
    }

    /// @return What the first limit has spent in the period of index `period_`.
    function spentIn(SessionWord self, uint256 period_) internal pure returns (uint256) {
        uint256 word = SessionWord.unwrap(self);
        return uint28(word >> 104) == period_ ? uint104(word) : 0;
    }

    /// @param period_ Less than 2^28: a session lasts at most 365 days.
    /// @param spent At most the limit's `uint104` amount.
    function withSpent(SessionWord self, uint256 period_, uint256 spent) internal pure returns (SessionWord) {
        uint256 kept = (SessionWord.unwrap(self) >> 132) << 132;
        return SessionWord.wrap(kept | (uint28(period_) << 104) | uint104(spent));
    }

    function uint28(uint256 value) private pure returns (uint256) {
        return value & ((1 << 28) - 1);
    }
}
