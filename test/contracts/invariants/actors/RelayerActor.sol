// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionAccount} from "../../../../contracts/interfaces/ISessionAccount.sol";
import {IERC7579Executor} from "../../../../contracts/interfaces/IERC7579Executor.sol";
import {ISafe} from "../../../../contracts/interfaces/ISafe.sol";
import {Orders} from "../Orders.sol";

/// @title A hostile relayer, and a thief who has no key
abstract contract RelayerActor is Orders {
    /// @dev Anything ever signed, again, perhaps with a bit flipped or its end cut off.
    function replay(uint256 index, uint256 flip, uint256 cut) external {
        if (seen.length == 0) return;
        bytes memory order = seen[index % seen.length];
        bool isForged = flip % 2 == 1 || cut % 4 == 1;
        if (flip % 2 == 1) order[flip % order.length] ^= 0x01;
        if (cut % 4 == 1) {
            uint256 length = cut % order.length;
            assembly ("memory-safe") {
                mstore(order, length)
            }
        }
        _send(order, cut);
        if (isForged && usesInAct != 0) isBroken[Promise.Key] = true;
    }

    /// @dev Two orders of one session, then both again the other way round.
    function reorder(uint256 slot, uint256 amount) external {
        slot %= SLOTS;
        // Under a net limit an act holds one order of a session.
        if (Kind(slot) == Kind.Trade || Kind(slot) == Kind.Sell) return;
        Grant memory granted = _grantOf(slot);
        bytes[] memory orders = new bytes[](4);
        orders[0] = orders[3] = _complete(slot, granted, _spec(slot, granted, 0, amount), amount);
        orders[1] = orders[2] = _complete(slot, granted, _spec(slot, granted, 1, amount / 2), amount);
        _sendAll(orders);
    }

    /// @dev One order of every account in one batch.
    function mix(uint256 amount, uint256 back) external {
        bytes[] memory orders = new bytes[](SLOTS);
        for (uint256 slot; slot < SLOTS; ++slot) {
            Grant memory granted = _grantOf(slot);
            orders[slot] = _complete(slot, granted, _spec(slot, granted, back, amount >> slot), amount >> slot);
        }
        _sendAll(orders);
    }

    /// @dev With less gas than the order signed, or an order that signed too little.
    function starve(uint256 slot, uint256 gasLimit, uint256 amount, bool isOrders) external {
        slot %= SLOTS;
        Grant memory granted = _grantOf(slot);
        OrderSpec memory spec = _spec(slot, granted, 2, amount);
        if (isOrders) spec.gasLimit = uint32(gasLimit % 200_000);
        bytes memory order = _complete(slot, granted, spec, amount);
        seen.push(order);
        bytes[] memory orders = new bytes[](1);
        orders[0] = order;
        bytes memory input =
            amount % 2 == 0 ? abi.encodeCall(manager.executeBatch, (orders)) : abi.encodeCall(manager.execute, (order));
        uint256 gas_ = isOrders ? 8_000_000 : gasLimit % 700_000;
        address manager_ = address(manager);
        _begin();
        vm.prank(relayer);
        assembly ("memory-safe") {
            pop(call(gas_, manager_, 0, add(input, 32), mload(input), 0, 0))
        }
        _end(SLOTS);
    }

    /// @dev Without the key: another key's signature, none, or the owner's.
    function steal(uint256 slot, uint256 amount, uint256 how) external {
        slot %= SLOTS;
        Grant memory granted = _grantOf(slot);
        OrderSpec memory spec = _spec(slot, granted, 0, amount);
        bytes32 orderHash = _hash(granted, spec);
        bytes memory signature;
        if (how % 4 == 0) signature = _sign(STRANGER_KEY, orderHash);
        if (how % 4 == 1) signature = _sign(OWNER_KEY, orderHash);
        if (how % 4 == 2) signature = _sign(SENTINEL_KEY, orderHash);
        if (how % 5 == 0) _redeem(granted, spec, signature, stranger);
        else _send(_pack(granted, spec, signature), how % 2 == 0 ? 0 : 2);
        if (usesInAct != 0) isBroken[Promise.Key] = true;
    }

    /// @dev Past the manager: a stranger, the key or a target asks the account itself, as a module, executor or manager would.
    function breakIn(uint256 slot, uint256 who, uint256 amount) external watched {
        slot %= SLOTS;
        address[4] memory actors = [stranger, key, relayer, address(puller)];
        bytes memory data = _transferData(1 + (amount % CAP));
        bytes memory call = abi.encodePacked(address(token), uint256(0), data);
        bytes memory asked;
        if (_isSafe(slot)) {
            asked = abi.encodeCall(
                ISafe.execTransactionFromModuleReturnData,
                (address(token), 0, data, uint8(who % 2))
            );
        } else if (who % 8 < 4) {
            asked = bytes.concat(ISessionAccount.executeCallInOrder.selector, call);
        } else {
            asked = abi.encodeCall(IERC7579Executor.executeFromExecutor, (bytes32(0), call));
        }
        _try(actors[who % 4], accounts[slot], asked);
    }
}
