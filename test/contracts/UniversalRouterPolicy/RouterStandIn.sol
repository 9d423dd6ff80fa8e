// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title The two views that the policy asks of a router and its pool manager, with a lock the test sets
/// @dev test/interop runs the policy against the real ones.
contract RouterStandIn {
    bytes32 private constant IS_UNLOCKED_SLOT = bytes32(uint256(keccak256("Unlocked")) - 1);

    bool public isUnlocked;

    function setUnlocked(bool value) external {
        isUnlocked = value;
    }

    function poolManager() external view returns (address) {
        return address(this);
    }

    function exttload(bytes32 slot) external view returns (bytes32) {
        return isUnlocked && slot == IS_UNLOCKED_SLOT ? bytes32(uint256(1)) : bytes32(0);
    }
}
