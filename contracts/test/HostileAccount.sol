// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionManager} from "../interfaces/ISessionManager.sol";

/// @title An account that answers the manager with whatever it was given
contract HostileAccount {
    ISessionManager private immutable MANAGER;
    bool private _fails;
    bytes private _answer;

    constructor(ISessionManager manager) {
        MANAGER = manager;
    }

    function setAnswer(bool fails, bytes calldata answer) external {
        (_fails, _answer) = (fails, answer);
    }

    function executeCallInOrder() external payable {
        bytes memory answer = _answer;
        bool fails = _fails;
        assembly ("memory-safe") {
            if fails {
                revert(add(answer, 32), mload(answer))
            }
            return(add(answer, 32), mload(answer))
        }
    }
}
