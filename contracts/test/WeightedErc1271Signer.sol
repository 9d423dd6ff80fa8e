// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {MultiSignerERC7913Weighted} from "@openzeppelin/contracts/utils/cryptography/signers/MultiSignerERC7913Weighted.sol";

/// @title A session key that is several weighted ERC-7913 signers, and signs digests as they are
contract WeightedErc1271Signer is MultiSignerERC7913Weighted, IERC1271 {
    constructor(
        bytes[] memory signers,
        uint64[] memory weights,
        uint64 threshold
    ) MultiSignerERC7913Weighted(signers, weights, threshold) {}

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return _rawSignatureValidation(hash, signature) ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
