// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @notice What the manager asks of a Safe that has enabled it as a module.
interface ISafe {
    /// @param operation 0 = call.
    function execTransactionFromModuleReturnData(
        address to,
        uint256 value,
        bytes memory data,
        uint8 operation
    ) external returns (bool success, bytes memory returnData);

    function isModuleEnabled(address module) external view returns (bool);
}
