// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {OwnerSignedTest} from "../OwnerSignedTest.sol";

contract RevokeWithSignatureTest is OwnerSignedTest {
    bytes private _packed;
    bytes32 private _id;

    function test_emitsSessionRevoked_byTheAccount() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionRevoked(account, _id, account);
        _submit(control);
    }

    function test_emitsSessionRevoked_byTheSentinel() public {
        ISessionTypes.Control memory control = _signedBy(SENTINEL_KEY, _current());
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionRevoked(account, _id, sentinel);
        _submit(control);
    }

    function test_acts_whenTheSentinelSignedAndMayRevoke() public {
        _submit(_signedBy(SENTINEL_KEY, _current()));
        assertTrue(_isDone());
    }

    function test_leavesTheControlNonce_whenTheSentinelSigned() public {
        uint48 before = _controlNonce();
        _submit(_signedBy(SENTINEL_KEY, _current()));
        assertEq(_controlNonce(), before);
    }

    function test_reverts_whenTheSentinelSignedAndMayNotRevoke() public {
        Grant memory granted = _grantWatched(false);
        (_packed, _id) = (granted.packed, granted.id);
        Message memory message = _current();
        _refuseSignature(message, _signedBy(SENTINEL_KEY, message));
    }

    function test_reverts_whenSignedForAnotherSession() public {
        Message memory signed = _current();
        Grant memory other = _grantWatched(false);
        (_packed, _id) = (other.packed, other.id);
        _refuseSignature(_current(), _signedByOwner(signed));
    }

    function test_reverts_whenTheSentinelsMessageIsReplayed() public {
        ISessionTypes.Control memory control = _signedBy(SENTINEL_KEY, _current());
        _submit(control);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SessionAlreadyRevoked.selector, _id));
        _submit(control);
    }

    function _arrange() internal override {
        Grant memory granted = _grantWatched(true);
        (_packed, _id) = (granted.packed, granted.id);
    }

    function _message(address account_, uint48 nonce, uint48 deadline) internal view override returns (Message memory) {
        return _sessionMessage("Revoke", account_, _id, nonce, deadline);
    }

    function _submit(ISessionTypes.Control memory control) internal override {
        manager.revokeWithSignature(_packed, control);
    }

    function _isDone() internal view override returns (bool) {
        return manager.stateOf(_packed).status == ISessionTypes.SessionStatus.Revoked;
    }
}
