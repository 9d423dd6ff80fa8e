// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title The part of an ERC-7579 account that the manager calls
interface IERC7579Executor {
    /// @param mode ERC-7579 execution mode; the manager uses a single call that reverts on failure, all zeros.
    /// @param executionCalldata target 20 ‖ value 32 ‖ data, packed.
    function executeFromExecutor(
        bytes32 mode,
        bytes calldata executionCalldata
    ) external payable returns (bytes[] memory returnData);
}
