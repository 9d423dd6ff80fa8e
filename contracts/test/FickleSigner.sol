// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title A contract signer that answers for its key, or as told, but never yes to what its key has not signed
contract FickleSigner is IERC1271 {
    enum Mood {
        Honest,
        Refuse,
        Revert,
        EatGas,
        Short,
        Bomb
    }

    address private immutable KEY;
    Mood public mood;

    constructor(address key) {
        KEY = key;
    }

    function setMood(Mood mood_) external {
        mood = mood_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        Mood now_ = mood;
        if (now_ == Mood.Revert) revert("no");
        if (now_ == Mood.EatGas) while (gasleft() > 0) {}
        bytes4 magic = IERC1271.isValidSignature.selector;
        assembly ("memory-safe") {
            mstore(0, magic)
            if eq(now_, 4) {
                return(0, 4)
            }
            if eq(now_, 5) {
                return(0x1000, 100000)
            }
        }
        if (now_ == Mood.Refuse) return 0;
        (address recovered, ECDSA.RecoverError err, ) = ECDSA.tryRecoverCalldata(hash, signature);
        return err == ECDSA.RecoverError.NoError && recovered == KEY ? magic : bytes4(0);
    }
}
