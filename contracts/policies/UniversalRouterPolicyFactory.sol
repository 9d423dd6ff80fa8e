// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IUniversalRouterPolicy} from "../interfaces/IUniversalRouterPolicy.sol";

/// @title UniversalRouterPolicyFactory
/// @notice Makes `UniversalRouterPolicy` clones at addresses that the configuration alone decides: a scope that names a
/// policy's address commits to what it admits. Anyone may create a policy; it has no owner and no state.
contract UniversalRouterPolicyFactory {
    /// @notice The code every policy delegates to.
    address public immutable IMPLEMENTATION;

    /// @notice Commands a policy may allow, bit i = command i: V3_SWAP_EXACT_IN 0x00, V3_SWAP_EXACT_OUT 0x01, SWEEP 0x04,
    /// V2_SWAP_EXACT_IN 0x08, V2_SWAP_EXACT_OUT 0x09, WRAP_ETH 0x0b, UNWRAP_WETH 0x0c, BALANCE_CHECK_ERC20 0x0e,
    /// V4_SWAP 0x10.
    uint32 public constant SUPPORTED_COMMANDS = 0x00015b13;

    event PolicyCreated(address indexed policy, IUniversalRouterPolicy.Config config);

    error RouterInvalid(address router);
    /// @notice Commands must be some of those supported.
    error CommandsInvalid(uint32 commands, uint32 supported);
    error TokensInvalid(uint256 count, uint256 max);
    error HooksInvalid(uint256 count, uint256 max);
    /// @notice Tokens and hooks come in strictly ascending order, without 0.
    error ListNotSorted(address entry, address previous);

    uint256 private constant MAX_ENTRIES = 255;

    constructor(address implementation) {
        IMPLEMENTATION = implementation;
    }

    /// @notice Creates the policy of `config`, or finds it.
    function createPolicy(IUniversalRouterPolicy.Config calldata config) external returns (address policy) {
        policy = getAddress(config);
        if (policy.code.length != 0) return policy;
        Clones.cloneDeterministicWithImmutableArgs(IMPLEMENTATION, abi.encode(config), 0);
        emit PolicyCreated(policy, config);
    }

    /// @notice Where the policy of `config` is, or will be.
    function getAddress(IUniversalRouterPolicy.Config calldata config) public view returns (address) {
        if (config.router == address(0)) revert RouterInvalid(config.router);
        if (config.commands == 0 || config.commands & ~SUPPORTED_COMMANDS != 0) {
            revert CommandsInvalid(config.commands, SUPPORTED_COMMANDS);
        }
        if (config.tokens.length == 0 || config.tokens.length > MAX_ENTRIES) {
            revert TokensInvalid(config.tokens.length, MAX_ENTRIES);
        }
        if (config.hooks.length > MAX_ENTRIES) revert HooksInvalid(config.hooks.length, MAX_ENTRIES);
        _requireSorted(config.tokens);
        _requireSorted(config.hooks);
        return Clones.predictDeterministicAddressWithImmutableArgs(IMPLEMENTATION, abi.encode(config), 0);
    }

    function _requireSorted(address[] calldata list) private pure {
        address previous;
        for (uint256 i; i < list.length; ++i) {
            if (list[i] <= previous) revert ListNotSorted(list[i], previous);
            previous = list[i];
        }
    }
}
