// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";

/// @dev The limits of a session in memory: their number, then a record each.
type Limits is uint256;

/// @dev A limit in memory, with room for what an order does to it: words in the order of the functions below.
type LimitRecord is uint256;

using LimitsLib for Limits global;
using LimitRecordLib for LimitRecord global;

/// @title A list of limits
/// @dev LimitRecord[] memory of structs, without clearing memory that is written anyway and without bounds checks: callers
/// count to `count`.
library LimitsLib {
    uint256 internal constant RECORD = 9 * 32;

    /// @dev Records are not cleared: `SessionReader` writes the first five words, `Meter` the others before they are read.
    function allocate(uint256 count_) internal pure returns (Limits self) {
        // At most 15 records.
        unchecked {
            uint256 size = 32 + count_ * RECORD;
            assembly ("memory-safe") {
                self := mload(0x40)
                mstore(self, count_)
                mstore(0x40, add(self, size))
            }
        }
    }

    function count(Limits self) internal pure returns (uint256 count_) {
        assembly ("memory-safe") {
            count_ := mload(self)
        }
    }

    /// @return The first limit, or `end` if there is none.
    function first(Limits self) internal pure returns (LimitRecord) {
        unchecked {
            return LimitRecord.wrap(Limits.unwrap(self) + 32);
        }
    }

    /// @return Where a further limit would be.
    function end(Limits self) internal pure returns (LimitRecord) {
        return at_(self, count(self));
    }

    /// @param index At most `count`.
    function at_(Limits self, uint256 index) internal pure returns (LimitRecord) {
        unchecked {
            return LimitRecord.wrap(Limits.unwrap(self) + 32 + index * RECORD);
        }
    }
}

/// @title A limit
library LimitRecordLib {
    /// @return The limit behind this one, or `Limits.end`.
    function next(LimitRecord self) internal pure returns (LimitRecord) {
        unchecked {
            return LimitRecord.wrap(LimitRecord.unwrap(self) + LimitsLib.RECORD);
        }
    }

    /// @return Whether both are the same place.
    function isAt(LimitRecord self, LimitRecord other) internal pure returns (bool) {
        return LimitRecord.unwrap(self) == LimitRecord.unwrap(other);
    }

    function token(LimitRecord self) internal pure returns (address) {
        return address(uint160(_get(self, 0)));
    }

    function isKind(LimitRecord self, ISessionTypes.LimitKind kind) internal pure returns (bool) {
        return _get(self, 0x20) == uint256(kind);
    }

    function amount(LimitRecord self) internal pure returns (uint256) {
        return _get(self, 0x40);
    }

    /// @return Index of the period that now falls into; 0 for a lifetime.
    function period(LimitRecord self) internal pure returns (uint256) {
        return _get(self, 0x60);
    }

    function approveAbove(LimitRecord self) internal pure returns (uint256) {
        return _get(self, 0x80);
    }

    function set(
        LimitRecord self,
        uint256 token_,
        uint256 kind,
        uint256 amount_,
        uint256 period_,
        uint256 approveAbove_
    ) internal pure {
        _set(self, 0, token_);
        _set(self, 0x20, kind);
        _set(self, 0x40, amount_);
        _set(self, 0x60, period_);
        _set(self, 0x80, approveAbove_);
    }

    /// @return Gross and net: spend in the period before the order. Inventory: what is held.
    function spent(LimitRecord self) internal pure returns (uint256) {
        return _get(self, 0xa0);
    }

    function setSpent(LimitRecord self, uint256 value) internal pure {
        _set(self, 0xa0, value);
    }

    /// @return What the order's calls were charged so far, if gross.
    function charged(LimitRecord self) internal pure returns (uint256) {
        return _get(self, 0xc0);
    }

    function setCharged(LimitRecord self, uint256 value) internal pure {
        _set(self, 0xc0, value);
    }

    /// @return The account's balance before the order.
    function balanceAtStart(LimitRecord self) internal pure returns (uint256) {
        return _get(self, 0xe0);
    }

    function setBalanceAtStart(LimitRecord self, uint256 value) internal pure {
        _set(self, 0xe0, value);
    }

    /// @return The account's balance before the call being measured.
    function balance(LimitRecord self) internal pure returns (uint256) {
        return _get(self, 0x100);
    }

    function setBalance(LimitRecord self, uint256 value) internal pure {
        _set(self, 0x100, value);
    }

    function _get(LimitRecord self, uint256 offset) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(self, offset))
        }
    }

    function _set(LimitRecord self, uint256 offset, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(self, offset), value)
        }
    }
}
