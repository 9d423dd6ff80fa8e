// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IScopePolicy} from "../interfaces/IScopePolicy.sol";

/// @title A policy that admits calls whose last byte is even
contract ParityPolicy is IScopePolicy {
    function checkCall(address, bytes32, address, uint256, bytes calldata data) external pure returns (bytes4) {
        bool isEven = data.length != 0 && uint8(data[data.length - 1]) % 2 == 0;
        return isEven ? IScopePolicy.checkCall.selector : bytes4(0);
    }
}
