// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../../contracts/interfaces/ISessionTypes.sol";
import {Orders} from "../Orders.sol";

/// @title The session key, in good faith and in its thief's hands
abstract contract KeyActor is Orders {
    /// @dev Signs; a relayer sends it alone, or in a batch, or the key sends it.
    function useKey(uint256 slot, uint256 back, uint256 amount, uint256 way) public {
        slot %= SLOTS;
        Grant memory granted = _grantOf(slot);
        bytes memory order = _complete(slot, granted, _spec(slot, granted, back, amount), amount);
        seen.push(order);
        _send(order, way);
    }

    /// @dev The key submits its own order, so needs no signature.
    function useKeyItself(uint256 slot, uint256 amount) external {
        slot %= SLOTS;
        Grant memory granted = _grantOf(slot);
        _send(_unsigned(granted, _spec(slot, granted, 2, amount)), 1);
    }

    /// @dev Two calls in one order, each of which may pass alone.
    function callTwice(uint256 slot, uint256 first, uint256 second) external {
        slot %= SLOTS;
        Grant memory granted = _grantOf(slot);
        OrderSpec memory spec = _spec(slot, granted, 2, first);
        spec = _order(
            spec.nonce,
            spec.calls[0],
            _callOf(slot, granted, second % granted.scopes.length, (second >> 8) % CAP)
        );
        _send(_complete(slot, granted, spec, first), second);
    }

    function redeem(uint256 slot, uint256 amount, uint256 by) external {
        slot %= SLOTS;
        Grant memory granted = _grantOf(slot);
        OrderSpec memory spec = _spec(slot, granted, 2, amount);
        bytes memory signature = by % 2 == 0 ? bytes("") : _sign(KEY, _hash(granted, spec));
        _redeem(granted, spec, signature, by % 3 == 0 ? relayer : key);
    }

    /// @dev Uses a nonce for nothing.
    function cancel(uint256 slot, uint256 back) external {
        slot %= SLOTS;
        Grant memory granted = _grantOf(slot);
        OrderSpec memory spec = _order(_spec(slot, granted, back, 0).nonce);
        _send(_complete(slot, granted, spec, back), back);
    }

    /// @dev Signs more than its session allows: a higher amount, other bytes of the session, a scope of its own.
    function overreach(uint256 slot, uint256 amount, uint256 how) external {
        slot %= SLOTS;
        Grant memory granted = _grantOf(slot);
        how %= 4;
        if (how == 0) {
            // Any amount at all, the highest included.
            OrderSpec memory spec = _order(_spec(slot, granted, 2, 0).nonce);
            spec.calls = new CallSpec[](1);
            spec.calls[0] = _callOf(slot, granted, 0, amount % 2 == 0 ? type(uint128).max : amount % BALANCE);
            _send(_complete(slot, granted, spec, amount), amount);
            return;
        }
        if (how == 1) granted = _prepare(_widened(slot, granted.session.salt), granted.scopes);
        if (how == 2) (granted.scopes, granted.leaves) = _ownScopes(slot);
        if (how == 3) granted.scopes[0].maxValue = type(uint128).max;
        OrderSpec memory forged = _order(0, CallSpec(0, 0, _transferData(amount % CAP)));
        if (how == 3) forged.calls[0] = _callOf(slot, granted, 0, amount % CAP);
        _send(_complete(slot, granted, forged, amount), amount);
    }

    function surrender(uint256 slot, uint256 odds, bool signed) external {
        slot %= SLOTS;
        if (odds % 8 != 0 || Kind(slot) == Kind.Signer) return;
        Grant memory granted = _grantOf(slot);
        bool wasRevoked = _status(granted) == ISessionTypes.SessionStatus.Revoked;
        _begin();
        if (signed) {
            ISessionTypes.Control memory control;
            control.deadline = uint48(vm.getBlockTimestamp());
            control.signature = _sign(KEY, _digestOfSurrender(granted, control));
            _try(relayer, address(manager), abi.encodeCall(manager.surrenderWithSignature, (granted.packed, control)));
        } else {
            _try(key, address(manager), abi.encodeCall(manager.surrender, (granted.packed)));
        }
        _end(SLOTS);
        if (_status(granted) != ISessionTypes.SessionStatus.Revoked) isBroken[Promise.Ended] = true;
        if (!wasRevoked) revoked.push(granted.packed);
    }

    function _digestOfSurrender(
        Grant memory granted,
        ISessionTypes.Control memory control
    ) private view returns (bytes32) {
        bytes32 typehash = keccak256(
            "Surrender(address account,bytes32 sessionId,uint48 controlNonce,uint48 deadline)"
        );
        return
            _typedDigest(
                keccak256(abi.encode(typehash, granted.session.account, granted.id, 0, uint256(control.deadline)))
            );
    }

    /// @dev The same session, but for a limit that nobody granted.
    function _widened(uint256 slot, bytes32 salt) private returns (ISessionTypes.Session memory session) {
        session = _design(slot);
        session.salt = salt;
        for (uint256 i; i < session.limits.length; ++i) session.limits[i].amount *= 1000;
    }

    function _ownScopes(
        uint256 slot
    ) private view returns (ISessionTypes.Scope[] memory scopes, bytes32[] memory leaves) {
        scopes = _scopes(
            slot % 2 == 0
                ? _scope(address(token), token.transfer.selector)
                : _scope(address(manager), manager.resume.selector)
        );
        scopes[0].maxValue = 1;
        leaves = _sort(scopes);
    }
}
