// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The part of Permit2 by which a spender takes what it was allowed
interface IPermit2Transfer {
    function transferFrom(address from, address to, uint160 amount, address token) external;
}

/// @title A market that deals at whatever price it is told
contract MarketTarget {
    address private constant NATIVE = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
    IPermit2Transfer private constant PERMIT2 = IPermit2Transfer(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    receive() external payable {}

    function touch(uint256 word) external payable returns (uint256) {
        return word;
    }

    function fail(uint256) external payable {
        revert("market closed");
    }

    /// @dev Takes `sold` of the caller's by allowance, or keeps what the call carries, and pays `bought`.
    function trade(address sell, uint256 sold, address buy, uint256 bought) external payable {
        if (sell != NATIVE) require(IERC20(sell).transferFrom(msg.sender, address(this), sold), "not sold");
        _pay(buy, bought);
    }

    function tradeByPermit2(address sell, uint256 sold, address buy, uint256 bought) external payable {
        PERMIT2.transferFrom(msg.sender, address(this), uint160(sold), sell);
        _pay(buy, bought);
    }

    /// @dev Takes and gives back within one call.
    function borrow(IERC20 token, uint256 amount) external payable {
        require(token.transferFrom(msg.sender, address(this), amount), "not lent");
        require(token.transfer(msg.sender, amount), "not given back");
    }

    /// @dev Calls `to` and goes on whatever comes of it.
    function reenter(address to, bytes calldata data) external payable returns (bool ok) {
        (ok, ) = to.call(data);
    }

    function _pay(address token, uint256 amount) private {
        if (token == NATIVE) {
            (bool ok, ) = msg.sender.call{value: amount}("");
            require(ok, "not paid");
        } else {
            require(IERC20(token).transfer(msg.sender, amount), "not paid");
        }
    }
}
