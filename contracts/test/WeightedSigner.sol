// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ERC7739} from "@openzeppelin/contracts/utils/cryptography/signers/draft-ERC7739.sol";
import {MultiSignerERC7913Weighted} from "@openzeppelin/contracts/utils/cryptography/signers/MultiSignerERC7913Weighted.sol";

/// @title OpenZeppelin's weighted multi-signer as a contract that signs by ERC-1271
contract WeightedSigner is EIP712, ERC7739, MultiSignerERC7913Weighted {
    constructor(
        bytes[] memory signers,
        uint64[] memory weights,
        uint64 threshold_
    ) EIP712("WeightedSigner", "1") MultiSignerERC7913Weighted(signers, weights, threshold_) {}
}
