// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title An ERC-721, whose `transferFrom` has the selector of an ERC-20's
contract HostileNft is ERC721("Hostile", "HOST") {
    function mint(address to, uint256 id) external {
        _mint(to, id);
    }
}
