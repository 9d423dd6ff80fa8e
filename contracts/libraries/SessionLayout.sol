// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title Where the fields of a packed session are
/// @dev `docs/encoding.md` is the same in words.
library SessionLayout {
    /// @dev Bytes before the limits.
    uint256 internal constant HEADER = 93;
    uint256 internal constant MAX_LIMITS = 15;
    /// @dev The 20 bytes of the header and a 16-bit length of more.
    uint256 internal constant MAX_SIGNER = 20 + 65_535;

    uint256 internal constant ACCOUNT_AT = 2;
    uint256 internal constant VALID_AFTER_AT = 22;
    uint256 internal constant EPOCH_AT = 28;
    uint256 internal constant VALID_UNTIL_AT = 32;
    uint256 internal constant MAX_ORDERS_AT = 38;
    uint256 internal constant SIGNER_AT = 41;
    uint256 internal constant SCOPES_ROOT_AT = 61;

    uint256 internal constant LONG_SIGNER = 1 << 0;
    uint256 internal constant MIN_INTERVAL = 1 << 1;
    uint256 internal constant RELAYER = 1 << 2;
    uint256 internal constant SENTINEL = 1 << 3;
    uint256 internal constant SENTINEL_MAY_REVOKE = 1 << 4;
    uint256 internal constant LEASE_TTL = 1 << 5;
    uint256 internal constant APPROVER = 1 << 6;
    uint256 internal constant REVOKE_ON_MISUSE = 1 << 7;
    uint256 internal constant SALT = 1 << 8;
    /// @dev The fields behind the limits.
    uint256 internal constant OPTIONAL_FIELDS =
        LONG_SIGNER | MIN_INTERVAL | RELAYER | SENTINEL | LEASE_TTL | APPROVER | SALT;
    uint256 internal constant ACCOUNT_KIND_SHIFT = 9;
    uint256 internal constant ACCOUNT_KIND_MASK = 3;
    uint256 internal constant LIMITS_SHIFT = 12;

    uint256 internal constant LIMIT_KIND_MASK = 3;
    uint256 internal constant LIMIT_NATIVE = 1 << 2;
    uint256 internal constant LIMIT_PERIOD = 1 << 3;
    uint256 internal constant LIMIT_APPROVE_ABOVE = 1 << 4;
}
