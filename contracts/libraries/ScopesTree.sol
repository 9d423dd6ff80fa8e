// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {CalldataReader} from "./CalldataReader.sol";

/// @title The Merkle tree over a session's scopes
/// @dev Neighbours are hashed as a sorted pair; a last node without a neighbour moves up unchanged. One leaf is the root.
library ScopesTree {
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

    /// @param proofAt Siblings from the leaf up, 32 bytes each, in calldata.
    /// @param proofEnd Where they end.
    function toRoot(bytes32 leaf, uint256 proofAt, uint256 proofEnd) internal pure returns (bytes32 node) {
        node = leaf;
        // At most 255 steps.
        unchecked {
            for (; proofAt < proofEnd; proofAt += 32) {
                node = Hashes.commutativeKeccak256(node, bytes32(CalldataReader.word(proofAt)));
            }
        }
    }
}
