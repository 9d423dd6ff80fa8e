// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {AccountERC7579} from "@openzeppelin/contracts/account/extensions/draft-AccountERC7579.sol";

/// @title The smallest account on OpenZeppelin's `AccountERC7579`
/// @dev Its owner calls where others would send user operations. Everything else is OpenZeppelin's.
contract Erc7579Account is AccountERC7579 {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function _checkEntryPointOrSelf() internal view override {
        if (msg.sender != OWNER) super._checkEntryPointOrSelf();
    }
}
