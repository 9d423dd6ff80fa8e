// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title A made-up RSA key of 2,048 bits that signs with the modular exponentiation of the chain
library RsaKey {
    bytes internal constant EXPONENT = hex"010001";
    bytes internal constant MODULUS =
        hex"eed2f4755f09a19ef84ee8942cddea95e18897dd9615dd57949a793450ec97cd"
        hex"e4014b57df26dd18d501f5cb1bfb9bd90b96c83b701eb464b9798d3601a19a90"
        hex"312ba1fc2a51278c051ea6c32512a5a29bbaacb10c4ae853a0774e629f303ac3"
        hex"47d0e1e1d86b2d7f304aedd610653ea1507d9ec6c4eb8de7292bf1bad147539f"
        hex"2518e2f430b26c90371809fdaf8b66f81f8f5ebfd524d89e5a79b4204268f84b"
        hex"c1acedb0729319ebf3de0f860ce3fc66a9226a5c093ba562e99a104f7b52102d"
        hex"38a25be92870e67538a88d74f07fb46adabe1e94a6a5e0384a02351ed1078e2d"
        hex"b950592d2fe95de7fca2bfee5dcd45b3c60acb6f246e677499b63518844a8c0b";
    bytes private constant PRIVATE_EXPONENT =
        hex"4e95d1e4f141dd11cf493fd4ca32b7a75c103350b1bb3e1b3c85dc0e2ff6ba39"
        hex"00a6c06108c7e406f0c87555c13e78d8e1ac5af4dbfeee831a58f9f3647405c5"
        hex"1eb8e9d36d25492b14e03225928461467191ea9353a52e6f9e24c40145ba7c0b"
        hex"980d0ed6defcdd7ab5ac6238872a9982415724b0e9494d675c2fde9a07953dd9"
        hex"447fb90875c95de3e2077980148d90e8253e64b62ff0ce6435cf9d480c30d8a2"
        hex"243f7b7eac09fd163ad8ed38a97fef4ab7f8d3dcdcced1be1f76bcdded065dd4"
        hex"05ace9af3cce4a03e13a2bfe77d2493c0272db0d137731996a0980961754d302"
        hex"1e56b9f990655791d303e8e6c39437ec2a809f494f7fbebb32ec359cbddba929";
    /// @dev Of SHA-256 in PKCS #1 v1.5 (RFC 8017, section 9.2).
    bytes private constant DIGEST_INFO = hex"3031300d060960864801650304020105000420";

    /// @return signature Of SHA-256 over `digest`, as PKCS #1 v1.5 has it.
    function sign(bytes32 digest) internal view returns (bytes memory signature) {
        bytes memory padding = new bytes(256 - 3 - DIGEST_INFO.length - 32);
        for (uint256 i; i < padding.length; ++i) padding[i] = 0xff;
        bytes memory message = bytes.concat(hex"0001", padding, hex"00", DIGEST_INFO, sha256(bytes.concat(digest)));
        bytes memory input = abi.encodePacked(
            uint256(256),
            uint256(256),
            uint256(256),
            message,
            PRIVATE_EXPONENT,
            MODULUS
        );
        bool ok;
        (ok, signature) = address(5).staticcall(input);
        require(ok && signature.length == 256, "modexp failed");
    }
}
