// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title A plain ERC-20 with a counter, for measuring gas
contract GasToken is ERC20("Gas", "GAS") {
    uint256 public count;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function increment() external {
        ++count;
    }
}
