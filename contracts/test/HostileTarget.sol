// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {HostileToken} from "./HostileToken.sol";

/// @title A target that does its worst
contract HostileTarget {
    uint256 public calls;
    /// Whether the last `reenter` got through, and what it was answered.
    bool public reentered;
    bytes public answer;

    receive() external payable {
        ++calls;
    }

    function ping() external payable {
        ++calls;
    }

    function echo(uint256 value) external payable returns (uint256) {
        ++calls;
        return value;
    }

    function take(bytes calldata) external payable {
        ++calls;
    }

    function burnGas() external {
        ++calls;
        while (gasleft() > 0) {}
    }

    /// @dev Burns until about `left` gas remains, then returns.
    function burnGasTo(uint256 left) external view {
        while (gasleft() > left) {}
    }

    function fail(bytes calldata reason) external pure {
        bytes memory copy = reason;
        assembly ("memory-safe") {
            revert(add(copy, 32), mload(copy))
        }
    }

    function bombReturn(uint256 size) external pure {
        assembly {
            return(0x1000, size)
        }
    }

    function bombRevert(uint256 size) external pure {
        assembly {
            revert(0x1000, size)
        }
    }

    function reenter(address to, bytes calldata data) external {
        ++calls;
        (reentered, answer) = to.call(data);
    }

    function draw(IERC20 token, uint256 amount) external {
        ++calls;
        token.transferFrom(msg.sender, address(this), amount);
    }

    /// @dev Pulls and gives back within one call.
    function borrow(IERC20 token, uint256 amount) external {
        token.transferFrom(msg.sender, address(this), amount);
        token.transfer(msg.sender, amount);
    }

    /// @dev Pulls, then has its allowance raised as by an owner's permit.
    function drawAndRaise(HostileToken token, uint256 amount, uint256 allowance) external {
        token.transferFrom(msg.sender, address(this), amount);
        token.raiseAllowance(msg.sender, address(this), allowance);
    }

    /// @dev Pulls from whoever still has an allowance for this contract.
    function steal(IERC20 token, address from, uint256 amount) external {
        token.transferFrom(from, address(this), amount);
    }

    function refund(uint256 amount) external payable {
        (bool ok, ) = msg.sender.call{value: amount}("");
        require(ok, "refund failed");
    }
}
