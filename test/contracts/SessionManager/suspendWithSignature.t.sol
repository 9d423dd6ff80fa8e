// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {ControlTest} from "../ControlTest.sol";

contract SuspendWithSignatureTest is ControlTest {
    function test_emitsSessionSuspended() public {
        Grant memory granted = _grantWatched(false);
        ISessionTypes.Control memory control = _signedBy(SENTINEL_KEY, _current(granted));
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionSuspended(account, granted.id, sentinel);
        manager.suspendWithSignature(granted.packed, control);
    }

    function test_suspends_whenTheSentinelSigned() public {
        Grant memory granted = _grantWatched(false);
        manager.suspendWithSignature(granted.packed, _signedBy(SENTINEL_KEY, _current(granted)));
        _assertStatus(granted, ISessionTypes.SessionStatus.Suspended);
    }

    /// @dev The sentinel's contract wallet signs by ERC-1271.
    function test_suspends_whenAContractSentinelSigned() public {
        ISessionTypes.Session memory session = _session();
        session.sentinel = factory.createAccount(owner, bytes32(uint256(7)));
        Grant memory granted = _grant(session, _scope(address(token), token.increment.selector));
        Message memory message = _current(granted);
        (address mine, address theirs) = (account, session.sentinel);
        account = theirs;
        ISessionTypes.Control memory control = _signedByOwner(message);
        account = mine;
        manager.suspendWithSignature(granted.packed, control);
        _assertStatus(granted, ISessionTypes.SessionStatus.Suspended);
    }

    function test_leavesTheControlNonce_soThatItVoidsNothingTheOwnerSigned() public {
        Grant memory granted = _grantWatched(false);
        manager.suspendWithSignature(granted.packed, _signedBy(SENTINEL_KEY, _current(granted)));
        assertEq(_controlNonce(), 0);
    }

    function test_suspends_atItsDeadline() public {
        Grant memory granted = _grantWatched(false);
        vm.warp(CONTROL_DEADLINE);
        manager.suspendWithSignature(granted.packed, _signedBy(SENTINEL_KEY, _current(granted)));
        _assertStatus(granted, ISessionTypes.SessionStatus.Suspended);
    }

    function test_reverts_afterItsDeadline() public {
        Grant memory granted = _grantWatched(false);
        vm.warp(CONTROL_DEADLINE + 1);
        _refuseControl(
            granted,
            _signedBy(SENTINEL_KEY, _current(granted)),
            abi.encodeWithSelector(ISessionErrors.ControlExpired.selector, CONTROL_DEADLINE, CONTROL_DEADLINE + 1)
        );
    }

    /// @dev HAZARDS 27: once the owner has resumed, an old suspension is worth nothing.
    function test_reverts_whenReplayedAfterAResume() public {
        Grant memory granted = _grantWatched(false);
        ISessionTypes.Control memory control = _signedBy(SENTINEL_KEY, _current(granted));
        manager.suspendWithSignature(granted.packed, control);
        _resume(granted);
        _refuseControl(granted, control, abi.encodeWithSelector(ISessionErrors.ControlNonceMismatch.selector, 0, 1));
    }

    function test_reverts_whenReplayed() public {
        Grant memory granted = _grantWatched(false);
        ISessionTypes.Control memory control = _signedBy(SENTINEL_KEY, _current(granted));
        manager.suspendWithSignature(granted.packed, control);
        _refuseControl(
            granted,
            control,
            _statusMismatch(granted, ISessionTypes.SessionStatus.Suspended, ISessionTypes.SessionStatus.Active)
        );
    }

    function test_reverts_whenTheNonceIsAhead() public {
        Grant memory granted = _grantWatched(false);
        _refuseControl(
            granted,
            _signedBy(SENTINEL_KEY, _sessionMessage("Suspend", account, granted.id, 1, CONTROL_DEADLINE)),
            abi.encodeWithSelector(ISessionErrors.ControlNonceMismatch.selector, 1, 0)
        );
    }

    function test_reverts_whenAnotherSigned() public {
        Grant memory granted = _grantWatched(true);
        uint256[4] memory others = [STRANGER_KEY, KEY, OWNER_KEY, GUARDIAN_KEY];
        for (uint256 i; i < others.length; ++i) {
            _refuseControl(granted, _signedBy(others[i], _current(granted)), _signatureInvalid(_current(granted)));
        }
    }

    function test_reverts_whenTheSessionNamesNoSentinel() public {
        Grant memory granted = _grantIncrement();
        Message memory message = _current(granted);
        _refuseControl(granted, ISessionTypes.Control(message.nonce, message.deadline, ""), _signatureInvalid(message));
    }

    function test_reverts_whenSignedForAnotherSession() public {
        Grant memory granted = _grantWatched(false);
        Grant memory other = _grantWatched(true);
        _refuseControl(granted, _signedBy(SENTINEL_KEY, _current(other)), _signatureInvalid(_current(granted)));
    }

    function test_reverts_onAnotherChain() public {
        Grant memory granted = _grantWatched(false);
        ISessionTypes.Control memory control = _signedBy(SENTINEL_KEY, _current(granted));
        vm.chainId(block.chainid + 1);
        _refuseControl(granted, control, _signatureInvalid(_current(granted)));
    }

    function _current(Grant memory granted) private view returns (Message memory) {
        return _sessionMessage("Suspend", account, granted.id, _controlNonce(), CONTROL_DEADLINE);
    }

    function _refuseControl(Grant memory granted, ISessionTypes.Control memory control, bytes memory reason) private {
        vm.expectRevert(reason);
        manager.suspendWithSignature(granted.packed, control);
    }
}
