// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {OwnerSignedTest} from "../OwnerSignedTest.sol";

contract SetGuardianWithSignatureTest is OwnerSignedTest {
    string private constant TYPE = "SetGuardian(address account,address guardian,uint48 controlNonce,uint48 deadline)";

    address private _named;

    function test_emitsGuardianSet() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.expectEmit(address(manager));
        emit ISessionEvents.GuardianSet(account, guardian);
        _submit(control);
    }

    function test_reverts_whenAnotherGuardianWasSigned() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        _named = _address("another");
        _refuseSignature(_current(), control);
    }

    function test_reverts_whenTheGuardianSigned() public {
        _setGuardian();
        _named = address(0);
        Message memory message = _current();
        _refuseSignature(message, _signedBy(GUARDIAN_KEY, message));
    }

    function _arrange() internal override {
        _named = guardian;
    }

    function _message(address account_, uint48 nonce, uint48 deadline) internal view override returns (Message memory) {
        bytes32 structHash = keccak256(abi.encode(keccak256(bytes(TYPE)), account_, _named, nonce, deadline));
        return Message("SetGuardian", TYPE, structHash, nonce, deadline);
    }

    function _submit(ISessionTypes.Control memory control) internal override {
        manager.setGuardianWithSignature(account, _named, control);
    }

    function _isDone() internal view override returns (bool) {
        return manager.accountStateOf(account).guardian == guardian;
    }
}
