// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionManager} from "../../../contracts/interfaces/ISessionManager.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {ContractActor} from "./actors/ContractActor.sol";
import {OwnerActor} from "./actors/OwnerActor.sol";
import {RelayerActor} from "./actors/RelayerActor.sol";
import {WatcherActor} from "./actors/WatcherActor.sol";

/// @title Everyone at once, and what the invariants ask
contract Handler is ContractActor, RelayerActor, OwnerActor, WatcherActor {
    function start() external {
        _build();
    }

    function getManager() external view returns (ISessionManager) {
        return manager;
    }

    function getId(uint256 slot) external view returns (bytes32) {
        return ids[slot];
    }

    function getPacked(uint256 slot) external view returns (bytes memory) {
        return packed[slot];
    }

    function getRevoked() external view returns (bytes[] memory) {
        return revoked;
    }

    function getPeriod() external view returns (uint256) {
        return _period();
    }

    function getSlots() external pure returns (uint256) {
        return SLOTS;
    }

    /// @dev What the slot's targets are allowed beyond what its owner allowed them, in the tokens and in Permit2.
    function getAllowanceBeyondOwners(uint256 slot) external view returns (uint256 allowance) {
        address account_ = accounts[slot];
        address asset = _asset(slot);
        allowance =
            _allowanceOf(address(token), account_, address(market)) +
            _allowanceOf(address(goods), account_, address(market));
        if (asset == NATIVE_TOKEN || Kind(slot) == Kind.Nft) return allowance;
        (uint256 permitted, , ) = PERMIT2.allowance(account_, asset, address(puller));
        allowance += permitted + _allowanceOf(asset, account_, address(puller));
        // An owner allows one of the two: the target, or Permit2 where the target pulls through it.
        bool isByPermit2 = _usesPermit2(slot);
        uint256 ofOwners = _allowanceOf(asset, account_, isByPermit2 ? address(PERMIT2) : address(target));
        if (ofOwners > ownersAllowance[slot]) allowance += ofOwners - ownersAllowance[slot];
        allowance += _allowanceOf(asset, account_, isByPermit2 ? address(target) : address(PERMIT2));
    }

    /// @dev Whether the slot's limits are gross, and the cap of a period.
    function getGrossCap(uint256 slot) external pure returns (bool isGross, uint256 cap) {
        return (Kind(slot) != Kind.Trade && Kind(slot) != Kind.Sell, CAP);
    }
}
