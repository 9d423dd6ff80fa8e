// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {OwnerSignedTest} from "../OwnerSignedTest.sol";

contract ResumeWithSignatureTest is OwnerSignedTest {
    bytes private _packed;
    bytes32 private _id;

    function test_emitsSessionResumed() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionResumed(account, _id);
        _submit(control);
    }

    function test_reverts_whenTheSentinelSigned() public {
        Message memory message = _current();
        _refuseSignature(message, _signedBy(SENTINEL_KEY, message));
    }

    /// @dev HAZARDS 27.
    function test_reverts_whenReplayedAfterALaterSuspension() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        _submit(control);
        vm.prank(sentinel);
        manager.suspend(_packed);
        _refuseNonce(control);
    }

    /// @dev HAZARDS 27: the owner resumed by calling, and the signed message was still about.
    function test_reverts_whenTheOwnerResumedByCallingAndItWasSuspendedAgain() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.prank(account);
        manager.resume(_packed);
        vm.prank(sentinel);
        manager.suspend(_packed);
        _refuseNonce(control);
    }

    function _arrange() internal override {
        Grant memory granted = _grantWatched(false);
        _suspend(granted);
        (_packed, _id) = (granted.packed, granted.id);
    }

    function _message(address account_, uint48 nonce, uint48 deadline) internal view override returns (Message memory) {
        return _sessionMessage("Resume", account_, _id, nonce, deadline);
    }

    function _submit(ISessionTypes.Control memory control) internal override {
        manager.resumeWithSignature(_packed, control);
    }

    function _isDone() internal view override returns (bool) {
        return manager.stateOf(_packed).status == ISessionTypes.SessionStatus.Active;
    }
}
