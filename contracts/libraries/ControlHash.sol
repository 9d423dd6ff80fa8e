// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";

/// @title EIP-712 struct hashes of control messages
library ControlHash {
    bytes32 internal constant REVOKE = keccak256(
        "Revoke(address account,bytes32 sessionId,uint48 controlNonce,uint48 deadline)"
    );
    bytes32 internal constant SURRENDER = keccak256(
        "Surrender(address account,bytes32 sessionId,uint48 controlNonce,uint48 deadline)"
    );
    bytes32 internal constant SUSPEND = keccak256(
        "Suspend(address account,bytes32 sessionId,uint48 controlNonce,uint48 deadline)"
    );
    bytes32 internal constant RESUME = keccak256(
        "Resume(address account,bytes32 sessionId,uint48 controlNonce,uint48 deadline)"
    );
    bytes32 internal constant PAUSE = keccak256("Pause(address account,uint48 controlNonce,uint48 deadline)");
    bytes32 internal constant UNPAUSE = keccak256("Unpause(address account,uint48 controlNonce,uint48 deadline)");
    bytes32 internal constant REVOKE_ALL = keccak256("RevokeAll(address account,uint48 controlNonce,uint48 deadline)");
    bytes32 internal constant SET_GUARDIAN = keccak256(
        "SetGuardian(address account,address guardian,uint48 controlNonce,uint48 deadline)"
    );

    /// @param subject The session's id; of `SET_GUARDIAN`, the guardian.
    function hashOf(
        bytes32 typehash,
        address account,
        bytes32 subject,
        ISessionTypes.Control calldata control
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(typehash, account, subject, control.controlNonce, control.deadline));
    }

    /// @notice Of a message about the whole account.
    function hashOf(
        bytes32 typehash,
        address account,
        ISessionTypes.Control calldata control
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(typehash, account, control.controlNonce, control.deadline));
    }
}
