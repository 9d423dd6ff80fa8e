// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileToken} from "../../../contracts/test/HostileToken.sol";
import {Ledger} from "./Ledger.sol";

/// @title How the actors make orders, and the ways in which they send them
abstract contract Orders is Ledger {
    /// @dev An order near the session's next nonce, of one call near what its limit allows.
    function _spec(
        uint256 slot,
        Grant memory granted,
        uint256 back,
        uint256 amount
    ) internal view returns (OrderSpec memory) {
        uint256 next = manager.stateOf(granted.packed).nextNonce;
        back %= 70;
        uint24 nonce = uint24(next + 2 > back ? next + 2 - back : 0);
        return _order(nonce, _callOf(slot, granted, (amount >> 128) % granted.scopes.length, amount % (CAP / 2)));
    }

    /// @dev A call that the scope at `position` admits, of `amount`.
    function _callOf(
        uint256 slot,
        Grant memory granted,
        uint256 position,
        uint256 amount
    ) internal view returns (CallSpec memory call) {
        if (Kind(slot) == Kind.Draw && hostile.balanceReading() != HostileToken.Reading.True) {
            // A raised allowance hides what was drawn of it, which the balance then shows, unless that lies.
            position = _position(granted, address(target), target.draw.selector);
        }
        ISessionTypes.Scope memory scope = granted.scopes[position];
        call.scope = position;
        if (scope.target == recipient) {
            call.value = amount;
        } else if (scope.selector == target.refund.selector) {
            call.value = amount;
            call.data = abi.encodeCall(target.refund, (amount / 2));
        } else {
            call.data = bytes.concat(scope.selector, _argumentsOf(slot, scope, amount));
        }
    }

    function _argumentsOf(
        uint256 slot,
        ISessionTypes.Scope memory scope,
        uint256 amount
    ) private view returns (bytes memory) {
        bytes4 selector = scope.selector;
        if (selector == token.transfer.selector) return abi.encode(recipient, amount);
        if (selector == token.transferFrom.selector) {
            // Of a token no account allows itself anything, so only nothing can be moved; of the ERC-721, one of its ids.
            return abi.encode(accounts[slot], recipient, Kind(slot) == Kind.Nft ? (amount % 20) * 60 : 0);
        }
        if (selector == target.draw.selector || selector == puller.draw.selector) {
            return abi.encode(scope.spendToken, amount);
        }
        if (selector == target.drawAndRaise.selector || selector == puller.drawAndRaise.selector) {
            return abi.encode(scope.spendToken, amount, amount * 3);
        }
        if (selector == market.borrow.selector || selector == puller.borrow.selector) {
            return abi.encode(scope.spendToken, amount * 2);
        }
        if (selector == market.touch.selector) return abi.encode(amount);
        // A trade: of the token for itself at any price, or of goods for the token.
        if (Kind(slot) == Kind.Trade) return abi.encode(token, amount, token, (amount * 7) % 800);
        if (scope.spendToken == address(goods)) return abi.encode(goods, amount, token, (amount * 7) % 800);
        return abi.encode(token, amount, goods, (amount * 7) % 800);
    }

    /// @dev With whatever the slot's session asks for beside the key's signature. `seed` decides whether it is good.
    function _complete(
        uint256 slot,
        Grant memory granted,
        OrderSpec memory spec,
        uint256 seed
    ) internal view returns (bytes memory) {
        bytes32 orderHash = _hash(granted, spec);
        bytes memory order = _pack(granted, spec, _sign(KEY, orderHash));
        if (Kind(slot) == Kind.Lease) return _withProofs(order, _lease(granted.id, seed), "");
        if (Kind(slot) == Kind.Approved && seed % 2 == 0) {
            return _withProofs(order, "", _sign(APPROVER_KEY, manager.hashApproval(orderHash)));
        }
        return order;
    }

    /// @dev Issued up to three quarters of an hour ago, so that some have lapsed.
    function _lease(bytes32 sessionId, uint256 seed) private view returns (bytes memory) {
        uint48 issuedAt = uint48(vm.getBlockTimestamp() - (seed % 45 minutes));
        bytes memory signature = _sign(SENTINEL_KEY, manager.hashLease(sessionId, issuedAt));
        return abi.encodePacked(issuedAt, signature);
    }

    /// @dev Puts lease and approval where `_pack` has left none.
    function _withProofs(
        bytes memory order,
        bytes memory lease,
        bytes memory approval
    ) internal pure returns (bytes memory) {
        bytes memory body = order;
        uint256 length = order.length - 4;
        assembly ("memory-safe") {
            mstore(body, length)
        }
        return abi.encodePacked(body, uint16(lease.length), lease, uint16(approval.length), approval);
    }

    /// @dev The EIP-712 digest in the manager's domain.
    function _typedDigest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 typehash = keccak256(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
        );
        bytes32 domain = keccak256(
            abi.encode(typehash, keccak256("Latchkey"), keccak256("1"), block.chainid, address(manager))
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _send(bytes memory order, uint256 way) internal watched {
        if (way % 3 == 0) {
            bytes[] memory orders = new bytes[](1);
            orders[0] = order;
            _try(relayer, address(manager), abi.encodeCall(manager.executeBatch, (orders)));
        } else {
            _try(way % 3 == 1 ? key : relayer, address(manager), abi.encodeCall(manager.execute, (order)));
        }
    }

    function _sendAll(bytes[] memory orders) internal watched {
        _try(relayer, address(manager), abi.encodeCall(manager.executeBatch, (orders)));
    }

    /// @dev The single call of `spec` by way of ERC-7710.
    function _redeem(
        Grant memory granted,
        OrderSpec memory spec,
        bytes memory signature,
        address redeemer
    ) internal watched {
        ISessionTypes.Delegation memory delegation;
        delegation.session = granted.packed;
        delegation.nonce = spec.nonce;
        delegation.deadline = spec.deadline;
        delegation.gasLimit = spec.gasLimit;
        CallSpec memory call = spec.calls[0];
        delegation.scopes = new bytes[](1);
        delegation.proofs = new bytes[](1);
        delegation.scopes[0] = manager.packScope(granted.scopes[call.scope]);
        delegation.proofs[0] = _proof(granted.leaves, call.scope);
        delegation.signature = signature;
        bytes[] memory contexts = new bytes[](1);
        contexts[0] = abi.encode(delegation);
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodePacked(granted.scopes[call.scope].target, call.value, call.data);
        bytes memory input = abi.encodeCall(manager.redeemDelegations, (contexts, new bytes32[](1), calls));
        _try(redeemer, address(manager), input);
    }
}
