// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title An ERC-7579 executor module that obeys its account, as modules do
contract NoopModule {
    uint256 private constant MODULE_TYPE_EXECUTOR = 2;

    uint256 public count;

    function onInstall(bytes calldata) external {}

    function onUninstall(bytes calldata) external {}

    function isModuleType(uint256 moduleType) external pure returns (bool) {
        return moduleType == MODULE_TYPE_EXECUTOR;
    }

    function increment() external {
        ++count;
    }
}
