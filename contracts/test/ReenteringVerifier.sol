// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title A policy, signer or verifier that asks the manager something before it says yes
/// @dev It says no if the manager answered anything but that it is busy.
contract ReenteringVerifier {
    address private _manager;
    bytes private _data;
    bytes4 private _yes;

    function set(address manager, bytes calldata data, bytes4 yes) external {
        (_manager, _data, _yes) = (manager, data, yes);
    }

    fallback(bytes calldata) external returns (bytes memory) {
        (bool ok, bytes memory answer) = _manager.staticcall(_data);
        bool isBusy = !ok && bytes4(answer) == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        return abi.encode(isBusy ? _yes : bytes4(0));
    }
}
