// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {OwnerSignedTest} from "../OwnerSignedTest.sol";

contract RevokeAllWithSignatureTest is OwnerSignedTest {
    bytes private _packed;

    function test_emitsSessionsRevoked() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionsRevoked(account, 1);
        _submit(control);
    }

    function test_returnsTheNewEpoch() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        assertEq(manager.revokeAllWithSignature(account, control), 1);
        assertEq(manager.accountStateOf(account).epoch, 1);
    }

    function test_reverts_whenTheGuardianSigned() public {
        _setGuardian();
        Message memory message = _current();
        _refuseSignature(message, _signedBy(GUARDIAN_KEY, message));
    }

    function _arrange() internal override {
        _packed = _grantIncrement().packed;
    }

    function _message(address account_, uint48 nonce, uint48 deadline) internal pure override returns (Message memory) {
        return _accountMessage("RevokeAll", account_, nonce, deadline);
    }

    function _submit(ISessionTypes.Control memory control) internal override {
        manager.revokeAllWithSignature(account, control);
    }

    function _isDone() internal view override returns (bool) {
        return manager.stateOf(_packed).status == ISessionTypes.SessionStatus.Superseded;
    }
}
