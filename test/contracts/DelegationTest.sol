// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../contracts/interfaces/ISessionTypes.sol";
import {ControlTest} from "./ControlTest.sol";

/// @title What tests of `redeemDelegations` (ERC-7710) start from
/// @dev A delegation is an order whose calls travel as an ERC-7579 execution.
abstract contract DelegationTest is ControlTest {
    /// @dev One delegation and who redeems it.
    struct Redemption {
        address redeemer;
        ISessionTypes.Delegation delegation;
        bytes32 mode;
        bytes calls;
    }

    bytes32 internal constant SINGLE_MODE = 0;

    /// @dev The order as a delegation that the key redeems: a single call in single mode, any other number as a batch.
    function _redemption(
        Grant memory granted,
        OrderSpec memory spec
    ) internal view returns (Redemption memory redemption) {
        AccountCall[] memory calls = new AccountCall[](spec.calls.length);
        for (uint256 i; i < calls.length; ++i) {
            CallSpec memory call = spec.calls[i];
            calls[i] = AccountCall(granted.scopes[call.scope].target, call.value, call.data);
        }
        redemption.redeemer = key;
        redemption.delegation = _delegation(granted, spec);
        redemption.mode = calls.length == 1 ? SINGLE_MODE : BATCH_MODE;
        redemption.calls =
            calls.length == 1 ? abi.encodePacked(calls[0].target, calls[0].value, calls[0].data) : abi.encode(calls);
    }

    /// @dev The same, signed by the key and redeemed by another.
    function _signedRedemption(
        Grant memory granted,
        OrderSpec memory spec
    ) internal view returns (Redemption memory redemption) {
        redemption = _redemption(granted, spec);
        redemption.redeemer = relayer;
        redemption.delegation.signature = _sign(KEY, _hash(granted, spec));
    }

    function _delegation(
        Grant memory granted,
        OrderSpec memory spec
    ) private view returns (ISessionTypes.Delegation memory delegation) {
        delegation.session = granted.packed;
        delegation.nonce = spec.nonce;
        delegation.deadline = spec.deadline;
        delegation.gasLimit = spec.gasLimit;
        delegation.scopes = new bytes[](spec.calls.length);
        delegation.proofs = new bytes[](spec.calls.length);
        for (uint256 i; i < spec.calls.length; ++i) {
            delegation.scopes[i] = manager.packScope(granted.scopes[spec.calls[i].scope]);
            delegation.proofs[i] = _proof(granted.leaves, spec.calls[i].scope);
        }
    }

    function _redeem(Redemption memory redemption) internal {
        _redeem(redemption, abi.encode(redemption.delegation));
    }

    /// @param context Instead of the encoded delegation.
    function _redeem(Redemption memory redemption, bytes memory context) internal {
        bytes32[] memory modes = new bytes32[](1);
        modes[0] = redemption.mode;
        vm.prank(redemption.redeemer);
        manager.redeemDelegations(_one(context), modes, _one(redemption.calls));
    }

    function _refuse(Redemption memory redemption, bytes memory reason) internal {
        _refuse(redemption, abi.encode(redemption.delegation), reason);
    }

    /// @param context Instead of the encoded delegation.
    function _refuse(Redemption memory redemption, bytes memory context, bytes memory reason) internal {
        vm.expectRevert(reason);
        _redeem(redemption, context);
    }

    /// @dev Redeems both at once, as the first's redeemer.
    function _redeem(Redemption memory first, Redemption memory second) internal {
        (bytes[] memory contexts, bytes[] memory calls) = (new bytes[](2), new bytes[](2));
        bytes32[] memory modes = new bytes32[](2);
        (contexts[0], contexts[1]) = (abi.encode(first.delegation), abi.encode(second.delegation));
        (modes[0], modes[1]) = (first.mode, second.mode);
        (calls[0], calls[1]) = (first.calls, second.calls);
        vm.prank(first.redeemer);
        manager.redeemDelegations(contexts, modes, calls);
    }

    function _one(bytes memory item) internal pure returns (bytes[] memory items) {
        items = new bytes[](1);
        items[0] = item;
    }

    function _twoTransfers() internal view returns (OrderSpec memory) {
        return _order(0, CallSpec(0, 0, _transferData(1)), CallSpec(0, 0, _transferData(2)));
    }
}
