// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {CalldataBytes} from "./CalldataBytes.sol";

/// @title The Merkle tree over a session's scopes
/// @dev Neighbours are hashed as a sorted pair; a last node without a neighbour moves up unchanged. One leaf is the root.
library ScopesTree {
    using CalldataBytes for bytes;

    /// @param nodes Leaves in their fixed order; overwritten.
    function toRoot(bytes32[] memory nodes) internal pure returns (bytes32) {
        uint256 width = nodes.length;
        // width >= 1 is the caller's check; indices stay below width.
        unchecked {
            while (width > 1) {
                uint256 pairs = width / 2;
                for (uint256 i; i < pairs; ++i) {
                    nodes[i] = Hashes.commutativeKeccak256(nodes[2 * i], nodes[2 * i + 1]);
                }
                if (width % 2 != 0) nodes[pairs] = nodes[width - 1];
                width = pairs + (width % 2);
            }
        }
        return nodes[0];
    }

    /// @param proof Siblings from the leaf up, 32 bytes each.
    function toRoot(bytes32 leaf, bytes calldata proof) internal pure returns (bytes32 node) {
        node = leaf;
        // Bounded by the length of calldata.
        unchecked {
            for (uint256 i; i < proof.length; i += 32) {
                node = Hashes.commutativeKeccak256(node, proof.word(i));
            }
        }
    }
}
