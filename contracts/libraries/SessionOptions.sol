// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {CalldataReader} from "./CalldataReader.sol";
import {SessionLayout} from "./SessionLayout.sol";

/// @dev The fields of a session that not every session has; 0 if absent. Places are offsets into calldata.
struct Options {
    /// The signer beyond its first 20 bytes.
    uint256 signerTailAt;
    uint256 signerTailLength;
    uint256 minInterval;
    address relayer;
    address sentinel;
    uint256 leaseTtl;
    uint256 approverAt;
    uint256 approverLength;
}

/// @title Reading the fields behind the limits of a packed session
library SessionOptions {
    /// @param cursor Where the limits end.
    /// @return options The fields.
    function read(uint256 flags, uint256 cursor) internal pure returns (Options memory options) {
        // Every step adds at most 65,537 to the cursor.
        unchecked {
            if (flags & SessionLayout.LONG_SIGNER != 0) {
                options.signerTailLength = CalldataReader.uint16At(cursor);
                options.signerTailAt = cursor + 2;
                cursor += 2 + options.signerTailLength;
            }
            if (flags & SessionLayout.MIN_INTERVAL != 0) {
                options.minInterval = CalldataReader.uint32At(cursor);
                cursor += 4;
            }
            if (flags & SessionLayout.RELAYER != 0) {
                options.relayer = CalldataReader.addressAt(cursor);
                cursor += 20;
            }
            if (flags & SessionLayout.SENTINEL != 0) {
                options.sentinel = CalldataReader.addressAt(cursor);
                cursor += 20;
            }
            if (flags & SessionLayout.LEASE_TTL != 0) {
                options.leaseTtl = CalldataReader.uint32At(cursor);
                cursor += 4;
            }
            if (flags & SessionLayout.APPROVER != 0) {
                options.approverLength = CalldataReader.uint16At(cursor);
                options.approverAt = cursor + 2;
            }
        }
    }

    /// @param cursor Where the limits end.
    /// @return Where the fields end.
    function skip(uint256 flags, uint256 cursor) internal pure returns (uint256) {
        // As in `read`.
        unchecked {
            if (flags & SessionLayout.LONG_SIGNER != 0) cursor += 2 + CalldataReader.uint16At(cursor);
            if (flags & SessionLayout.MIN_INTERVAL != 0) cursor += 4;
            if (flags & SessionLayout.RELAYER != 0) cursor += 20;
            if (flags & SessionLayout.SENTINEL != 0) cursor += 20;
            if (flags & SessionLayout.LEASE_TTL != 0) cursor += 4;
            if (flags & SessionLayout.APPROVER != 0) cursor += 2 + CalldataReader.uint16At(cursor);
            if (flags & SessionLayout.SALT != 0) cursor += 32;
            return cursor;
        }
    }
}
