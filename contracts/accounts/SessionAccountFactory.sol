// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title SessionAccountFactory
/// @notice Makes `SessionAccount` clones at addresses that owner and salt alone decide. Anyone may create anyone's
/// account: it belongs to its owner whoever pays.
contract SessionAccountFactory {
    /// @notice The code every clone delegates to.
    address public immutable IMPLEMENTATION;

    event AccountCreated(address indexed account, address indexed owner, bytes32 salt);

    error OwnerInvalid(address owner);

    constructor(address implementation) {
        IMPLEMENTATION = implementation;
    }

    /// @notice Creates the account of `owner` and `salt`, or finds it.
    function createAccount(address owner, bytes32 salt) external returns (address account) {
        account = getAddress(owner, salt);
        if (account.code.length != 0) return account;
        Clones.cloneDeterministicWithImmutableArgs(IMPLEMENTATION, abi.encodePacked(owner), salt);
        emit AccountCreated(account, owner, salt);
    }

    /// @notice Where the account of `owner` and `salt` is, or will be.
    function getAddress(address owner, bytes32 salt) public view returns (address) {
        if (owner == address(0)) revert OwnerInvalid(owner);
        return Clones.predictDeterministicAddressWithImmutableArgs(IMPLEMENTATION, abi.encodePacked(owner), salt);
    }
}
