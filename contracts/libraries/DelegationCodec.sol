// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ERC7579Utils} from "@openzeppelin/contracts/account/utils/draft-ERC7579Utils.sol";
import {Execution} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";

/// @title From a delegation and its calls to the packed order they make
/// @dev Nothing is checked here but what the packed form could not hold, and that each call goes where its scope says: all
/// else is checked of the order.
library DelegationCodec {
    bytes32 private constant SINGLE = 0;
    /// @dev Target and value.
    uint256 private constant SINGLE_MIN = 52;
    bytes32 private constant BATCH = bytes32(uint256(1) << 248);

    /// @param context ABI-encoded `Delegation`.
    /// @param mode ERC-7579: one call or several, reverting on failure.
    /// @param executionCalldata ERC-7579 encoded calls.
    function toOrder(
        bytes calldata context,
        bytes32 mode,
        bytes calldata executionCalldata
    ) internal pure returns (bytes memory order) {
        ISessionTypes.Delegation memory delegation = abi.decode(context, (ISessionTypes.Delegation));
        if (mode == SINGLE) {
            if (executionCalldata.length < SINGLE_MIN) revert ISessionErrors.EncodingInvalid();
            (address target, uint256 value, bytes calldata data) = ERC7579Utils.decodeSingle(executionCalldata);
            order = bytes.concat(_packHead(delegation, 1), _packCall(delegation, 0, target, value, data));
        } else if (mode == BATCH) {
            Execution[] calldata calls = ERC7579Utils.decodeBatch(executionCalldata);
            order = _packHead(delegation, calls.length);
            for (uint256 i; i < calls.length; ++i) {
                Execution calldata call = calls[i];
                order = bytes.concat(order, _packCall(delegation, i, call.target, call.value, call.callData));
            }
        } else {
            revert ISessionErrors.DelegationModeNotSupported(mode);
        }
        return bytes.concat(order, _sized(delegation.signature), _sized(delegation.lease), _sized(delegation.approval));
    }

    function _packHead(
        ISessionTypes.Delegation memory delegation,
        uint256 callCount
    ) private pure returns (bytes memory) {
        if (delegation.scopes.length != callCount || delegation.proofs.length != callCount) {
            revert ISessionErrors.DelegationLengthsDiffer();
        }
        if (callCount > type(uint8).max) revert ISessionErrors.EncodingInvalid();
        return
            abi.encodePacked(
                delegation.gasLimit,
                delegation.nonce,
                delegation.deadline,
                _sized(delegation.session),
                uint8(callCount)
            );
    }

    function _packCall(
        ISessionTypes.Delegation memory delegation,
        uint256 index,
        address target,
        uint256 value,
        bytes calldata data
    ) private pure returns (bytes memory) {
        bytes memory scope = delegation.scopes[index];
        bytes memory proof = delegation.proofs[index];
        if (
            proof.length % 32 != 0 ||
            proof.length / 32 > type(uint8).max ||
            value > type(uint128).max ||
            data.length > type(uint24).max
        ) {
            revert ISessionErrors.EncodingInvalid();
        }
        address expected = _targetOf(scope);
        if (target != expected) revert ISessionErrors.DelegationTargetMismatch(index, target, expected);
        return
            abi.encodePacked(_sized(scope), uint8(proof.length / 32), proof, uint128(value), uint24(data.length), data);
    }

    /// @dev Of a packed scope. Too short a scope cannot be one.
    function _targetOf(bytes memory scope) private pure returns (address) {
        if (scope.length < 22) revert ISessionErrors.EncodingInvalid();
        bytes32 head;
        assembly ("memory-safe") {
            head := mload(add(scope, 0x20))
        }
        return address(bytes20(head << 16));
    }

    function _sized(bytes memory part) private pure returns (bytes memory) {
        if (part.length > type(uint16).max) revert ISessionErrors.EncodingInvalid();
        return abi.encodePacked(uint16(part.length), part);
    }
}
