// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../../contracts/interfaces/ISessionTypes.sol";
import {StrangeToken} from "../../../../contracts/test/StrangeToken.sol";
import {Orders} from "../Orders.sol";

/// @title The owner of the accounts, who revokes, pauses, repairs, and allows things apart from any session
abstract contract OwnerActor is Orders {
    /// Control messages that took effect; none may do so again.
    bytes[] private _messages;

    modifier owned(uint256 slot) {
        _begin();
        _;
        _end(slot);
    }

    /// @dev Brings one account back to work, whatever stopped it.
    function settle(uint256 slot) external {
        slot %= SLOTS;
        _settle(slot);
    }

    function revoke(uint256 slot, uint256 odds) external {
        slot %= SLOTS;
        if (odds % 4 != 0) return;
        _settle(slot);
        Grant memory granted = _grantOf(slot);
        _act(slot, abi.encodeCall(manager.revoke, (granted.packed)));
        _expectRevoked(granted);
        _settle(slot);
    }

    function revokeEverySession(uint256 slot, uint256 odds) external {
        slot %= SLOTS;
        if (odds % 4 != 0) return;
        Grant memory granted = _grantOf(slot);
        _act(slot, abi.encodeCall(manager.revokeAll, ()));
        if (_status(granted) == ISessionTypes.SessionStatus.Active) isBroken[Promise.Ended] = true;
        // Of the old epoch it must stay dead: try it once before it is replaced.
        _send(_complete(slot, granted, _spec(slot, granted, 2, odds), odds), odds);
        _settle(slot);
    }

    function pauseAndUse(uint256 slot, uint256 amount, bool staysPaused) external {
        slot %= SLOTS;
        _act(slot, abi.encodeCall(manager.pause, (accounts[slot])));
        Grant memory granted = _grantOf(slot);
        _send(_complete(slot, granted, _spec(slot, granted, 2, amount), amount), amount);
        if (!staysPaused) _act(slot, abi.encodeCall(manager.unpause, ()));
    }

    /// @dev As an ERC-7579 account that uninstalls and installs the manager again.
    function reinstall(uint256 slot, uint256 odds) external {
        slot %= SLOTS;
        if (odds % 4 != 0) return;
        Grant memory granted = _grantOf(slot);
        _act(slot, abi.encodeCall(manager.onUninstall, ("")));
        _act(slot, abi.encodeCall(manager.onInstall, ("")));
        if (_status(granted) == ISessionTypes.SessionStatus.Active) isBroken[Promise.Ended] = true;
        _settle(slot);
    }

    /// @dev By signature, of an account that is an EOA.
    function sign(uint256 slot, uint256 what) external {
        slot = (slot % (FIRST_OF_OTHERS / 2)) * 2 + 1;
        Grant memory granted = _grantOf(slot);
        bytes memory message = _message(slot, granted, what % 6);
        uint48 nonce = manager.accountStateOf(accounts[slot]).controlNonce;
        _begin();
        bool ok = _try(stranger, address(manager), message);
        _end(slot);
        if (ok && manager.accountStateOf(accounts[slot]).controlNonce != nonce) _messages.push(message);
        if (what % 6 == 0) _expectRevoked(granted);
    }

    /// @dev Anyone sends what took effect before.
    function replayMessage(uint256 index) external {
        if (_messages.length == 0) return;
        bytes memory message = _messages[index % _messages.length];
        _begin();
        bool ok = _try(stranger, address(manager), message);
        _end(SLOTS);
        if (ok) isBroken[Promise.Authority] = true;
    }

    /// @dev An allowance of the owner's own for the slot's target, or for Permit2 where the target pulls through it.
    function allow(uint256 slot, uint256 amount) external {
        slot = uint256([Kind.Draw, Kind.Strange, Kind.Permit2, Kind.Safe, Kind.Erc7579][slot % 5]);
        uint256 allowance = amount % 3 == 0 ? type(uint256).max : amount % 50;
        ownersAllowance[slot] = allowance;
        address spender = _usesPermit2(slot) ? address(PERMIT2) : address(target);
        if (_asset(slot) == address(hostile)) {
            hostile.raiseAllowance(accounts[slot], spender, allowance);
        } else {
            vm.prank(accounts[slot]);
            StrangeToken(_asset(slot)).approve(spender, allowance);
        }
    }

    /// @dev A Safe disables the manager, or an ERC-7579 account uninstalls it, for as long as one order.
    function detach(uint256 slot, uint256 amount) external {
        slot = FIRST_OF_OTHERS + (slot % (SLOTS - FIRST_OF_OTHERS));
        Grant memory granted = _grantOf(slot);
        uint256 before = executed[slot];
        _detach(slot);
        _send(_complete(slot, granted, _spec(slot, granted, 2, amount), amount), amount);
        if (executed[slot] != before) isBroken[Promise.Stopped] = true;
        _attach(slot);
        // A Safe does not tell the manager what it does with its modules.
        bool isOver = _isSafe(slot) || _status(granted) != ISessionTypes.SessionStatus.Active;
        if (!isOver) isBroken[Promise.Ended] = true;
        _settle(slot);
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _detach(uint256 slot) private owned(slot) {
        if (_isSafe(slot)) _disableModule(accounts[slot]);
        else _uninstallModule(accounts[slot]);
    }

    function _attach(uint256 slot) private owned(slot) {
        if (_isSafe(slot)) _enableModule(accounts[slot]);
        else _installModule(accounts[slot]);
    }

    function _act(uint256 slot, bytes memory data) private owned(slot) {
        uint48 nonce = manager.accountStateOf(accounts[slot]).controlNonce;
        bool ok = _try(accounts[slot], address(manager), data);
        bytes4 selector = bytes4(data);
        if (!ok || selector == manager.revoke.selector || selector == manager.onInstall.selector) return;
        // Whatever the owner does about the account or undoes ends what was signed before.
        if (manager.accountStateOf(accounts[slot]).controlNonce == nonce) isBroken[Promise.Counters] = true;
    }

    function _expectRevoked(Grant memory granted) private {
        if (_status(granted) != ISessionTypes.SessionStatus.Revoked) isBroken[Promise.Ended] = true;
        revoked.push(granted.packed);
    }

    function _settle(uint256 slot) private {
        if (manager.accountStateOf(accounts[slot]).paused) _act(slot, abi.encodeCall(manager.unpause, ()));
        Grant memory granted = _grantOf(slot);
        if (_status(granted) == ISessionTypes.SessionStatus.Suspended) {
            _act(slot, abi.encodeCall(manager.resume, (granted.packed)));
        }
        if (_status(granted) == ISessionTypes.SessionStatus.Active) return;
        _begin();
        _renew(slot);
        _end(slot);
    }

    function _message(uint256 slot, Grant memory granted, uint256 what) private view returns (bytes memory) {
        address account_ = accounts[slot];
        ISessionTypes.Control memory control;
        control.controlNonce = manager.accountStateOf(account_).controlNonce;
        control.deadline = uint48(vm.getBlockTimestamp()) + 1 days;
        if (what == 0) {
            control.signature = _signAbout(slot, "Revoke", granted.id, control);
            return abi.encodeCall(manager.revokeWithSignature, (granted.packed, control));
        }
        if (what == 1) {
            control.signature = _signAbout(slot, "Resume", granted.id, control);
            return abi.encodeCall(manager.resumeWithSignature, (granted.packed, control));
        }
        bytes32 guardian_ = bytes32(uint256(uint160(guardian)));
        if (what == 2) {
            control.signature = _signAbout(slot, "SetGuardian", guardian_, control);
            return abi.encodeCall(manager.setGuardianWithSignature, (account_, guardian, control));
        }
        if (what == 3) {
            control.signature = _signAll(slot, "Pause", control);
            return abi.encodeCall(manager.pauseWithSignature, (account_, control));
        }
        if (what == 4) {
            control.signature = _signAll(slot, "Unpause", control);
            return abi.encodeCall(manager.unpauseWithSignature, (account_, control));
        }
        control.signature = _signAll(slot, "RevokeAll", control);
        return abi.encodeCall(manager.revokeAllWithSignature, (account_, control));
    }

    function _signAbout(
        uint256 slot,
        string memory name,
        bytes32 subject,
        ISessionTypes.Control memory control
    ) private view returns (bytes memory) {
        string memory field =
            keccak256(bytes(name)) == keccak256("SetGuardian") ? "address guardian" : "bytes32 sessionId";
        bytes32 typehash = keccak256(
            abi.encodePacked(name, "(address account,", field, ",uint48 controlNonce,uint48 deadline)")
        );
        bytes memory struct_ = abi.encode(typehash, accounts[slot], subject, control.controlNonce, control.deadline);
        return _sign(ACCOUNT_KEY + slot, _typedDigest(keccak256(struct_)));
    }

    function _signAll(
        uint256 slot,
        string memory name,
        ISessionTypes.Control memory control
    ) private view returns (bytes memory) {
        bytes32 typehash = keccak256(abi.encodePacked(name, "(address account,uint48 controlNonce,uint48 deadline)"));
        bytes memory struct_ = abi.encode(typehash, accounts[slot], control.controlNonce, control.deadline);
        return _sign(ACCOUNT_KEY + slot, _typedDigest(keccak256(struct_)));
    }
}
