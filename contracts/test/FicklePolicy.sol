// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IScopePolicy} from "../interfaces/IScopePolicy.sol";

/// @title A policy that answers as told
contract FicklePolicy is IScopePolicy {
    enum Mood {
        Admit,
        Reject,
        Revert,
        EatGas,
        Short,
        Bomb
    }

    Mood public mood;

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function checkCall(address, bytes32, address, uint256, bytes calldata) external view returns (bytes4) {
        Mood now_ = mood;
        if (now_ == Mood.Admit) return IScopePolicy.checkCall.selector;
        if (now_ == Mood.Reject) return 0;
        if (now_ == Mood.Revert) revert("no");
        if (now_ == Mood.EatGas) while (gasleft() > 0) {}
        assembly ("memory-safe") {
            if eq(now_, 4) {
                return(0, 31)
            }
            // Zeros, so a rejection, and many of them.
            return(0x1000, 100000)
        }
    }
}
