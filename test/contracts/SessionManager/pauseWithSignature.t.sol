// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {OwnerSignedTest} from "../OwnerSignedTest.sol";

contract PauseWithSignatureTest is OwnerSignedTest {
    function test_emitsAccountPaused_byTheAccount() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.expectEmit(address(manager));
        emit ISessionEvents.AccountPaused(account, account);
        _submit(control);
    }

    function test_emitsAccountPaused_byTheGuardian() public {
        ISessionTypes.Control memory control = _signedBy(GUARDIAN_KEY, _current());
        vm.expectEmit(address(manager));
        emit ISessionEvents.AccountPaused(account, guardian);
        _submit(control);
    }

    function test_acts_whenTheGuardianSigned() public {
        _submit(_signedBy(GUARDIAN_KEY, _current()));
        assertTrue(_isDone());
    }

    function test_reverts_whenAFormerGuardianSigned() public {
        vm.prank(account);
        manager.setGuardian(address(0));
        Message memory message = _current();
        _refuseSignature(message, _signedBy(GUARDIAN_KEY, message));
    }

    function test_reverts_whenASentinelSigned() public {
        _grantWatched(true);
        Message memory message = _current();
        _refuseSignature(message, _signedBy(SENTINEL_KEY, message));
    }

    /// @dev HAZARDS 27: the owner has undone it.
    function test_reverts_whenReplayedAfterAnUnpause() public {
        ISessionTypes.Control memory control = _signedBy(GUARDIAN_KEY, _current());
        _submit(control);
        vm.prank(account);
        manager.unpause();
        _refuseNonce(control);
        assertFalse(_isDone());
    }

    /// @dev Otherwise the guardian could void what the owner signs, as often as he likes.
    function test_changesNothing_whenTheGuardianSignedAndItIsPaused() public {
        _pause();
        uint48 before = _controlNonce();
        _submit(_signedBy(GUARDIAN_KEY, _current()));
        assertTrue(_isDone());
        assertEq(_controlNonce(), before);
    }

    function test_consumesTheNonce_whenAlreadyPaused() public {
        _pause();
        ISessionTypes.Control memory control = _signedByOwner(_current());
        _submit(control);
        assertTrue(_isDone());
        _refuseNonce(control);
    }

    function _arrange() internal override {
        _setGuardian();
    }

    function _message(address account_, uint48 nonce, uint48 deadline) internal pure override returns (Message memory) {
        return _accountMessage("Pause", account_, nonce, deadline);
    }

    function _submit(ISessionTypes.Control memory control) internal override {
        manager.pauseWithSignature(account, control);
    }

    function _isDone() internal view override returns (bool) {
        return manager.accountStateOf(account).paused;
    }
}
