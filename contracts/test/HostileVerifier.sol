// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title A contract whose answer to every question is what it was told
/// @dev Stands where a policy, an ERC-1271 signer or an ERC-7913 verifier is asked.
contract HostileVerifier {
    enum Behaviour {
        Answer,
        Revert,
        EatGas,
        Bomb,
        RevertBomb
    }

    Behaviour private _behaviour;
    bytes private _answer;

    function set(Behaviour behaviour, bytes calldata answer) external {
        (_behaviour, _answer) = (behaviour, answer);
    }

    fallback() external {
        Behaviour behaviour = _behaviour;
        if (behaviour == Behaviour.EatGas) while (gasleft() > 0) {}
        bytes memory answer = _answer;
        bool bomb = behaviour == Behaviour.Bomb || behaviour == Behaviour.RevertBomb;
        bool fails = behaviour == Behaviour.Revert || behaviour == Behaviour.RevertBomb;
        assembly ("memory-safe") {
            let size := mload(answer)
            if bomb {
                size := 100000
            }
            if fails {
                revert(add(answer, 32), size)
            }
            return(add(answer, 32), size)
        }
    }
}
