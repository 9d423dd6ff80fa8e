// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {SessionLayout} from "./SessionLayout.sol";

/// @dev Where a packed session starts in calldata. Its fields are read where they lie, which costs less than keeping them.
type PackedSession is uint256;

using PackedSessionLib for PackedSession global;

/// @title The fields of a packed session that every session has
/// @dev The layout is in `docs/encoding.md`. Nothing read here is trusted before the hash of all bytes was found granted.
library PackedSessionLib {
    function flags(PackedSession self) internal pure returns (uint256) {
        return CalldataReader.uint16At(PackedSession.unwrap(self));
    }

    function account(PackedSession self) internal pure returns (address) {
        return CalldataReader.addressAt(_at(self, SessionLayout.ACCOUNT_AT));
    }

    function accountKind(PackedSession self) internal pure returns (ISessionTypes.AccountKind) {
        return ISessionTypes.AccountKind(kindNumber(self));
    }

    /// @return Of the account's kind, which the compiler does not check wherever it is passed.
    function kindNumber(PackedSession self) internal pure returns (uint256) {
        return (flags(self) >> SessionLayout.ACCOUNT_KIND_SHIFT) & SessionLayout.ACCOUNT_KIND_MASK;
    }

    function validAfter(PackedSession self) internal pure returns (uint48) {
        return uint48(CalldataReader.uint48At(_at(self, SessionLayout.VALID_AFTER_AT)));
    }

    function epoch(PackedSession self) internal pure returns (uint32) {
        return uint32(CalldataReader.uint32At(_at(self, SessionLayout.EPOCH_AT)));
    }

    function validUntil(PackedSession self) internal pure returns (uint48) {
        return uint48(CalldataReader.uint48At(_at(self, SessionLayout.VALID_UNTIL_AT)));
    }

    function maxOrders(PackedSession self) internal pure returns (uint24) {
        return uint24(CalldataReader.uint24At(_at(self, SessionLayout.MAX_ORDERS_AT)));
    }

    /// @return The first 20 bytes of the signer.
    function signer(PackedSession self) internal pure returns (address) {
        return CalldataReader.addressAt(_at(self, SessionLayout.SIGNER_AT));
    }

    function scopesRoot(PackedSession self) internal pure returns (bytes32) {
        return bytes32(CalldataReader.word(_at(self, SessionLayout.SCOPES_ROOT_AT)));
    }

    function _at(PackedSession self, uint256 offset) private pure returns (uint256) {
        // Calldata is far shorter than 2^256.
        unchecked {
            return PackedSession.unwrap(self) + offset;
        }
    }
}
