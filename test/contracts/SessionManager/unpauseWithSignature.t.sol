// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {OwnerSignedTest} from "../OwnerSignedTest.sol";

contract UnpauseWithSignatureTest is OwnerSignedTest {
    function test_emitsAccountUnpaused() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.expectEmit(address(manager));
        emit ISessionEvents.AccountUnpaused(account);
        _submit(control);
    }

    function test_reverts_whenTheGuardianSigned() public {
        Message memory message = _current();
        _refuseSignature(message, _signedBy(GUARDIAN_KEY, message));
    }

    /// @dev HAZARDS 27.
    function test_reverts_whenReplayedAfterALaterPause() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        _submit(control);
        _pause();
        _refuseNonce(control);
        assertFalse(_isDone());
    }

    /// @dev HAZARDS 27: signed while nothing was paused, kept, and sent once something was.
    function test_reverts_whenSignedBeforeThePause() public {
        vm.prank(account);
        manager.unpause();
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.prank(guardian);
        manager.pause(account);
        _refuseNonce(control);
        assertFalse(_isDone());
    }

    /// @dev HAZARDS 27: a message that had nothing to undo is not kept for later.
    function test_reverts_whenItChangedNothingAndIsReplayedAfterAPause() public {
        vm.prank(account);
        manager.unpause();
        ISessionTypes.Control memory control = _signedByOwner(_current());
        _submit(control);
        _pause();
        _refuseNonce(control);
    }

    function _arrange() internal override {
        _setGuardian();
        _pause();
    }

    function _message(address account_, uint48 nonce, uint48 deadline) internal pure override returns (Message memory) {
        return _accountMessage("Unpause", account_, nonce, deadline);
    }

    function _submit(ISessionTypes.Control memory control) internal override {
        manager.unpauseWithSignature(account, control);
    }

    function _isDone() internal view override returns (bool) {
        return !manager.accountStateOf(account).paused;
    }
}
