// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../../contracts/interfaces/ISessionTypes.sol";
import {Orders} from "../Orders.sol";

/// @title Sentinel, guardian, reporter, and a stranger who would be any of them
abstract contract WatcherActor is Orders {
    function suspend(uint256 slot, uint256 odds) external {
        slot %= SLOTS;
        if (odds % 3 != 0) return;
        Grant memory granted = _grantOf(slot);
        bool wasActive = _status(granted) == ISessionTypes.SessionStatus.Active;
        _as(sentinel, abi.encodeCall(manager.suspend, (granted.packed)));
        if (wasActive && _status(granted) != ISessionTypes.SessionStatus.Suspended) isBroken[Promise.Ended] = true;
        _send(_complete(slot, granted, _spec(slot, granted, 2, odds), odds), odds);
    }

    function revokeAsSentinel(uint256 slot, uint256 odds) external {
        slot %= SLOTS;
        if (odds % 6 != 0) return;
        Grant memory granted = _grantOf(slot);
        ISessionTypes.SessionStatus before = _status(granted);
        _as(sentinel, abi.encodeCall(manager.revoke, (granted.packed)));
        if (before == ISessionTypes.SessionStatus.Revoked) return;
        bool isRevoked = _status(granted) == ISessionTypes.SessionStatus.Revoked;
        if (isRevoked != granted.session.sentinelMayRevoke) isBroken[Promise.Ended] = true;
        if (isRevoked) revoked.push(granted.packed);
    }

    function pauseAsGuardian(uint256 slot, uint256 odds) external {
        slot %= SLOTS;
        if (odds % 4 != 0) return;
        _as(guardian, abi.encodeCall(manager.pause, (accounts[slot])));
        if (!manager.accountStateOf(accounts[slot]).paused) isBroken[Promise.Ended] = true;
    }

    /// @dev Each of them, and the key and a target, tries what only the account may do.
    function meddle(uint256 slot, uint256 who, uint256 what) external {
        slot %= SLOTS;
        Grant memory granted = _grantOf(slot);
        ISessionTypes.SessionStatus before = _status(granted);
        address[7] memory actors = [key, relayer, sentinel, guardian, approver, stranger, address(target)];
        address actor = actors[who % 7];
        what %= 8;
        if (what == 0) _grantAs(actor, slot);
        if (what == 1) _as(actor, abi.encodeCall(manager.resume, (granted.packed)));
        if (what == 2) _as(actor, abi.encodeCall(manager.unpause, ()));
        if (what == 3) _as(actor, abi.encodeCall(manager.setGuardian, (actor)));
        if (what == 4) _as(actor, abi.encodeCall(manager.revokeAll, ()));
        if (what == 5 && actor != sentinel) _as(actor, abi.encodeCall(manager.revoke, (granted.packed)));
        if (what == 6 && actor != sentinel) _as(actor, abi.encodeCall(manager.suspend, (granted.packed)));
        if (what == 7 && actor != guardian) _as(actor, abi.encodeCall(manager.pause, (accounts[slot])));
        // Nobody else can even reduce it.
        if (_status(granted) != before) isBroken[Promise.Authority] = true;
    }

    /// @dev A message of the account's, signed by everyone who is not its owner.
    function forgeMessage(uint256 slot, uint256 who, uint256 what) external {
        slot %= SLOTS;
        Grant memory granted = _grantOf(slot);
        uint256[6] memory keys = [KEY, SENTINEL_KEY, GUARDIAN_KEY, APPROVER_KEY, STRANGER_KEY, ACCOUNT_KEY + SLOTS];
        ISessionTypes.Control memory control;
        control.controlNonce = manager.accountStateOf(accounts[slot]).controlNonce;
        control.deadline = uint48(vm.getBlockTimestamp());
        string memory name = what % 2 == 0 ? "Resume" : "Unpause";
        bytes memory struct_ =
            what % 2 == 0
                ? abi.encode(_typehash(name, true), accounts[slot], granted.id, control.controlNonce, control.deadline)
                : abi.encode(_typehash(name, false), accounts[slot], control.controlNonce, control.deadline);
        control.signature = _sign(keys[who % 6], _typedDigest(keccak256(struct_)));
        _as(
            stranger,
            what % 2 == 0
                ? abi.encodeCall(manager.resumeWithSignature, (granted.packed, control))
                : abi.encodeCall(manager.unpauseWithSignature, (accounts[slot], control))
        );
    }

    /// @dev An honest order proves nothing; one outside every scope ends the session on the spot.
    function report(uint256 amount, bool isHonest) external {
        uint256 slot = uint256(Kind.Watched);
        Grant memory granted = _grantOf(slot);
        OrderSpec memory spec = _spec(slot, granted, 2, amount);
        if (!isHonest) spec.calls[0].value = 1;
        ISessionTypes.SessionStatus before = _status(granted);
        _report(granted, spec, KEY);
        bool isRevoked = _status(granted) == ISessionTypes.SessionStatus.Revoked;
        if (before == ISessionTypes.SessionStatus.Revoked) return;
        if (isRevoked == isHonest) isBroken[Promise.Ended] = true;
        if (isRevoked) revoked.push(granted.packed);
    }

    /// @dev What another key signed proves nothing about this one.
    function slander(uint256 amount, uint256 who) external {
        uint256 slot = uint256(Kind.Watched);
        Grant memory granted = _grantOf(slot);
        OrderSpec memory spec = _spec(slot, granted, 2, amount);
        spec.calls[0].value = 1;
        ISessionTypes.SessionStatus before = _status(granted);
        _report(granted, spec, who % 2 == 0 ? STRANGER_KEY : OWNER_KEY);
        if (_status(granted) != before) isBroken[Promise.Authority] = true;
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _as(address actor, bytes memory data) private watched {
        _try(actor, address(manager), data);
    }

    function _grantAs(address actor, uint256 slot) private {
        ISessionTypes.Session memory session = _design(slot);
        ISessionTypes.Scope[] memory scopes = _designScopes(slot);
        session.scopesRoot = _root(_sort(scopes));
        _as(actor, abi.encodeCall(manager.grant, (session, scopes)));
        bytes32 digest = manager.hashGrant(session, scopes, type(uint48).max);
        bytes memory signature = _sign(KEY, digest);
        _as(actor, abi.encodeCall(manager.grantWithSignature, (session, scopes, type(uint48).max, signature)));
        if (manager.stateOf(manager.packSession(session)).status != ISessionTypes.SessionStatus.None)
            isBroken[Promise.Authority] = true;
    }

    function _report(Grant memory granted, OrderSpec memory spec, uint256 privateKey) private {
        bytes[] memory scopes = new bytes[](granted.scopes.length);
        for (uint256 i; i < scopes.length; ++i) scopes[i] = manager.packScope(granted.scopes[i]);
        bytes memory signature = _sign(privateKey, _hash(granted, spec));
        _as(stranger, abi.encodeCall(manager.reportMisuse, (granted.packed, _typed(granted, spec), signature, scopes)));
    }

    function _typehash(string memory name, bool ofSession) private pure returns (bytes32) {
        string memory subject = ofSession ? "bytes32 sessionId," : "";
        return keccak256(abi.encodePacked(name, "(address account,", subject, "uint48 controlNonce,uint48 deadline)"));
    }
}
