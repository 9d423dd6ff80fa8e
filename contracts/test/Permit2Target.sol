// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {HostileToken} from "./HostileToken.sol";

interface IPermit2Transfer {
    function transferFrom(address from, address to, uint160 amount, address token) external;
}

/// @title A target that pulls through Permit2
contract Permit2Target {
    IPermit2Transfer private constant PERMIT2 = IPermit2Transfer(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    function draw(address token, uint160 amount) external {
        PERMIT2.transferFrom(msg.sender, address(this), amount, token);
    }

    /// @dev Pulls and gives back within one call.
    function borrow(address token, uint160 amount) external {
        PERMIT2.transferFrom(msg.sender, address(this), amount, token);
        IERC20(token).transfer(msg.sender, amount);
    }

    /// @dev Pulls, then has Permit2's allowance in the token raised as by an owner's permit.
    function drawAndRaise(HostileToken token, uint160 amount, uint256 allowance) external {
        PERMIT2.transferFrom(msg.sender, address(this), amount, address(token));
        token.raiseAllowance(msg.sender, address(PERMIT2), allowance);
    }

    /// @dev Pulls from whoever still allows it.
    function steal(address token, address from, uint160 amount) external {
        PERMIT2.transferFrom(from, address(this), amount, token);
    }

    /// @dev Pulls without Permit2.
    function drawPlainly(IERC20 token, uint256 amount) external {
        token.transferFrom(msg.sender, address(this), amount);
    }
}
