// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title A market at which the caller names the price
contract Market {
    receive() external payable {}

    /// @dev Pulls `amount` of `sold` from the caller and pays `price` of `bought` for it.
    function trade(IERC20 sold, uint256 amount, IERC20 bought, uint256 price) external {
        sold.transferFrom(msg.sender, address(this), amount);
        bought.transfer(msg.sender, price);
    }

    /// @dev Takes the value sent and pays `price` of `bought` for it.
    function buy(IERC20 bought, uint256 price) external payable {
        bought.transfer(msg.sender, price);
    }

    /// @dev Pulls `amount` of `sold` and pays `price` wei for it.
    function sell(IERC20 sold, uint256 amount, uint256 price) external {
        sold.transferFrom(msg.sender, address(this), amount);
        (bool ok, ) = msg.sender.call{value: price}("");
        require(ok, "not paid");
    }
}
