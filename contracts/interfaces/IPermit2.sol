// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @notice What the manager uses of Uniswap's Permit2 (AllowanceTransfer).
interface IPermit2 {
    /// @param expiration Seconds since the Unix epoch, inclusive; 0 = this block only.
    function approve(address token, address spender, uint160 amount, uint48 expiration) external;

    function allowance(
        address user,
        address token,
        address spender
    ) external view returns (uint160 amount, uint48 expiration, uint48 nonce);
}
