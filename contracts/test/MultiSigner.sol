// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ERC7739} from "@openzeppelin/contracts/utils/cryptography/signers/draft-ERC7739.sol";
import {MultiSignerERC7913} from "@openzeppelin/contracts/utils/cryptography/signers/MultiSignerERC7913.sol";

/// @title OpenZeppelin's k-of-n signer as a contract that signs by ERC-1271
contract MultiSigner is EIP712, ERC7739, MultiSignerERC7913 {
    constructor(
        bytes[] memory signers,
        uint64 threshold_
    ) EIP712("MultiSigner", "1") MultiSignerERC7913(signers, threshold_) {}
}
