// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title The two functions of WETH9 and its likes that a scope may name on a limited token
interface IWrappedNative {
    function deposit() external payable;

    function withdraw(uint256 amount) external;
}
