// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {SessionWord, SessionWordLib, StoredStatus} from "../../contracts/libraries/SessionWord.sol";

/// @title What holds of every state word, nonce and spend
/// @dev `npm run check:smt` proves that each function returns true for all arguments. A revert is no answer and so allowed,
/// but in functions named `accepts…`.
contract SessionWordProofs {
    function uses_theNonceAndNoOther(
        uint256 word,
        uint24 nonce,
        uint24 other,
        uint256 elapsed
    ) external pure returns (bool) {
        if (nonce == type(uint24).max) return true;
        SessionWord before = SessionWord.wrap(word);
        SessionWord now_ = before.useNonce(nonce, elapsed);
        bool hasLeft = uint256(other) + 64 < now_.nonceHead();
        bool expected = other == nonce || hasLeft || _isUsed(before, other);
        return _isUsed(now_, nonce) && _isUsed(now_, other) == expected;
    }

    function uses_noNonceTwice(uint256 word, uint24 nonce, uint256 elapsed) external pure returns (bool) {
        if (!_isUsed(SessionWord.wrap(word), nonce)) return true;
        SessionWord.wrap(word).useNonce(nonce, elapsed);
        return false;
    }

    function accepts_everyUnusedNonce(uint256 word, uint24 nonce, uint256 elapsed) external pure returns (bool) {
        if (nonce == type(uint24).max || _isUsed(SessionWord.wrap(word), nonce)) return true;
        SessionWord.wrap(word).useNonce(nonce, elapsed);
        return true;
    }

    function uses_keepTheRest(uint256 word, uint24 nonce, uint256 elapsed) external pure returns (bool) {
        if (nonce == type(uint24).max) return true;
        SessionWord now_ = SessionWord.wrap(word).useNonce(nonce, elapsed);
        uint256 rest = (0xF << 252) | ((1 << 132) - 1);
        return
            SessionWord.unwrap(now_) & rest == word & rest &&
            now_.lastUse() == uint32(elapsed) &&
            now_.nonceHead() >= SessionWord.wrap(word).nonceHead();
    }

    function exhaustion_meansThatEveryNonceIsUsed(
        uint256 word,
        uint24 maxOrders,
        uint24 nonce
    ) external pure returns (bool) {
        SessionWord self = SessionWord.wrap(word);
        return !self.isExhausted(maxOrders) || nonce >= maxOrders || _isUsed(self, nonce);
    }

    function spends_areReadBackInTheirPeriodAlone(
        uint256 word,
        uint256 period,
        uint256 other,
        uint104 spent
    ) external pure returns (bool) {
        if (period >= 1 << 28) return true;
        SessionWord now_ = SessionWord.wrap(word).withSpent(period, spent);
        return
            now_.spentIn(period) == spent &&
            now_.period() == period &&
            (other == period || now_.spentIn(other) == 0) &&
            SessionWord.unwrap(now_) >> 132 == word >> 132;
    }

    function statuses_keepTheRest(uint256 word, uint8 status) external pure returns (bool) {
        if (status > uint8(StoredStatus.Revoked)) return true;
        SessionWord now_ = SessionWord.wrap(word).withStatus(StoredStatus(status));
        return uint8(now_.status()) == status && (SessionWord.unwrap(now_) << 4) == (word << 4);
    }

    function create_isActiveAndUnused(uint24 nonce, uint256 period) external pure returns (bool) {
        SessionWord self = SessionWordLib.create();
        return self.isActive() && !_isUsed(self, nonce) && self.spentIn(period) == 0;
    }

    /// @dev From the words of RFC 6479, not from the library.
    function _isUsed(SessionWord self, uint256 nonce) private pure returns (bool) {
        uint256 head = (SessionWord.unwrap(self) >> 228) & 0xFFFFFF;
        uint256 window = (SessionWord.unwrap(self) >> 164) & 0xFFFFFFFFFFFFFFFF;
        if (nonce >= head) return false;
        unchecked {
            uint256 age = head - 1 - nonce;
            return age >= 64 || (window >> age) & 1 == 1;
        }
    }
}
