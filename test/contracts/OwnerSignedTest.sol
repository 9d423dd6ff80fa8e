// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../contracts/interfaces/ISessionTypes.sol";
import {ControlTest} from "./ControlTest.sol";

/// @title What holds of every act that the account's owner may sign
/// @dev HAZARDS 13, 27 and 32. A test of such a function says what to arrange, what is signed, how it is submitted and how
/// one sees that it was done.
abstract contract OwnerSignedTest is ControlTest {
    function setUp() public virtual override {
        super.setUp();
        _arrange();
    }

    /// @dev Makes of `account` one that the act changes.
    function _arrange() internal virtual;

    function _message(address account_, uint48 nonce, uint48 deadline) internal virtual returns (Message memory);

    /// @dev One call of the manager.
    function _submit(ISessionTypes.Control memory control) internal virtual;

    function _isDone() internal view virtual returns (bool);

    function test_acts_whenTheOwnerSigned() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        assertFalse(_isDone());
        _submit(control);
        assertTrue(_isDone());
    }

    function test_acts_whenADelegatedEoaSigned() public {
        _useDelegatedAccount();
        _arrange();
        ISessionTypes.Control memory control = _signedBy(OWNER_KEY, _current());
        assertFalse(_isDone());
        _submit(control);
        assertTrue(_isDone());
    }

    function test_consumesTheNonce() public {
        uint48 before = _controlNonce();
        _submit(_signedByOwner(_current()));
        assertEq(_controlNonce(), before + 1);
    }

    function test_acts_atItsDeadline() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.warp(CONTROL_DEADLINE);
        _submit(control);
        assertTrue(_isDone());
    }

    function test_reverts_afterItsDeadline() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.warp(CONTROL_DEADLINE + 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISessionErrors.ControlExpired.selector, CONTROL_DEADLINE, CONTROL_DEADLINE + 1)
        );
        _submit(control);
    }

    function test_reverts_whenReplayed() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        _submit(control);
        _refuseNonce(control);
    }

    function test_reverts_whenTheOwnerHasActedSince() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        vm.prank(account);
        manager.setGuardian(_address("another guardian"));
        _refuseNonce(control);
    }

    function test_reverts_whenTheNonceIsAhead() public {
        _refuseNonce(_signedByOwner(_message(account, _controlNonce() + 1, CONTROL_DEADLINE)));
    }

    function test_reverts_whenTheKeySigned() public {
        Message memory message = _current();
        _refuseSignature(message, _signedBy(KEY, message));
    }

    function test_reverts_whenTheOwnerSignedForNoAccount() public {
        Message memory message = _current();
        _refuseSignature(message, _signedBy(OWNER_KEY, message));
    }

    function test_reverts_whenThereIsNoSignature() public {
        Message memory message = _current();
        _refuseSignature(message, ISessionTypes.Control(message.nonce, message.deadline, ""));
    }

    function test_reverts_whenAnotherDeadlineWasSigned() public {
        ISessionTypes.Control memory control = _signedByOwner(_current());
        control.deadline += 1;
        _refuseSignature(_message(account, control.controlNonce, control.deadline), control);
    }

    function test_reverts_whenTheMessageNamesAnotherAccount() public {
        address other = factory.createAccount(owner, bytes32(uint256(1)));
        ISessionTypes.Control memory control = _signedByOwner(_message(other, _controlNonce(), CONTROL_DEADLINE));
        _refuseSignature(_current(), control);
    }

    function test_reverts_whenSignedForAnotherAccountOfTheOwner() public {
        Message memory message = _current();
        address mine = account;
        account = factory.createAccount(owner, bytes32(uint256(1)));
        ISessionTypes.Control memory control = _signedByOwner(message);
        account = mine;
        _refuseSignature(message, control);
    }

    function test_reverts_onAnotherChain() public {
        Message memory message = _current();
        ISessionTypes.Control memory control = _signedByOwner(message);
        vm.chainId(block.chainid + 1);
        _refuseSignature(message, control);
    }

    function test_reverts_forAnotherManager() public {
        Message memory message = _message(account, 0, CONTROL_DEADLINE);
        ISessionTypes.Control memory control = _signedByOwner(message);
        manager = _deployManager();
        _refuseSignature(message, control);
    }

    function test_reverts_whenAnotherActWasSigned() public {
        Message memory message = _current();
        string memory other = string.concat("Not", message.name);
        ISessionTypes.Control memory control = _signedByOwner(
            _accountMessage(other, account, message.nonce, message.deadline)
        );
        _refuseSignature(message, control);
    }

    function _current() internal returns (Message memory) {
        return _message(account, _controlNonce(), CONTROL_DEADLINE);
    }

    function _refuseNonce(ISessionTypes.Control memory control) internal {
        bytes memory reason = abi.encodeWithSelector(
            ISessionErrors.ControlNonceMismatch.selector,
            control.controlNonce,
            _controlNonce()
        );
        vm.expectRevert(reason);
        _submit(control);
    }

    function _refuseSignature(Message memory message, ISessionTypes.Control memory control) internal {
        bytes memory reason = _signatureInvalid(message);
        vm.expectRevert(reason);
        _submit(control);
    }
}
