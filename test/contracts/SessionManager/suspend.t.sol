// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {ControlTest} from "../ControlTest.sol";

contract SuspendTest is ControlTest {
    function test_emitsSessionSuspended() public {
        Grant memory granted = _grantWatched(false);
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionSuspended(account, granted.id, sentinel);
        _suspend(granted);
    }

    function test_suspends_whenActive() public {
        Grant memory granted = _grantWatched(false);
        _suspend(granted);
        _assertStatus(granted, ISessionTypes.SessionStatus.Suspended);
    }

    function test_refusesOrders_whenSuspended() public {
        Grant memory granted = _grantWatched(false);
        _suspend(granted);
        _refuse(
            granted,
            _incrementOrder(0),
            abi.encodeWithSelector(
                ISessionErrors.SessionNotActive.selector,
                granted.id,
                ISessionTypes.SessionStatus.Suspended
            )
        );
    }

    function test_suspendsBeforeValidAfter() public {
        ISessionTypes.Session memory session = _session();
        (session.sentinel, session.validAfter) = (sentinel, START + 1);
        Grant memory granted = _grant(session, _scope(address(token), token.increment.selector));
        _suspend(granted);
        _assertStatus(granted, ISessionTypes.SessionStatus.Suspended);
    }

    function test_keepsNoncesAndSpend() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.sentinel = sentinel;
        Grant memory granted = _grant(session, _transferScope());
        _execute(granted, _order(3, _transferData(5)));
        _suspend(granted);
        assertEq(manager.stateOf(granted.packed).nextNonce, 4);
        _resume(granted);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_leavesTheControlNonce_soThatItVoidsNothingTheOwnerSigned() public {
        Grant memory granted = _grantWatched(false);
        uint48 before = _controlNonce();
        _suspend(granted);
        assertEq(_controlNonce(), before);
    }

    function testFuzz_reverts_whenCalledByAnother(address caller) public {
        vm.assume(caller != sentinel);
        _refuseCaller(caller, abi.encodeCall(manager.suspend, (_grantWatched(true).packed)));
    }

    function test_reverts_whenTheAccountCalls() public {
        _refuseCaller(account, abi.encodeCall(manager.suspend, (_grantWatched(true).packed)));
    }

    function test_reverts_whenTheKeyCalls() public {
        _refuseCaller(key, abi.encodeCall(manager.suspend, (_grantWatched(true).packed)));
    }

    /// @dev Nobody calls from address 0.
    function testFuzz_reverts_whenTheSessionNamesNoSentinel(address caller) public {
        vm.assume(caller != address(0));
        _refuseCaller(caller, abi.encodeCall(manager.suspend, (_grantIncrement().packed)));
    }

    function test_reverts_whenNotGranted() public {
        ISessionTypes.Session memory session = _session();
        session.sentinel = sentinel;
        Grant memory prepared = _prepare(session, _scopes(_scope(address(token), token.increment.selector)));
        _refuseStatus(prepared, ISessionTypes.SessionStatus.None);
    }

    function test_reverts_whenAlreadySuspended() public {
        Grant memory granted = _grantWatched(false);
        _suspend(granted);
        _refuseStatus(granted, ISessionTypes.SessionStatus.Suspended);
    }

    function test_reverts_whenRevoked() public {
        Grant memory granted = _grantWatched(false);
        _revoke(granted);
        _refuseStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function _refuseStatus(Grant memory granted, ISessionTypes.SessionStatus status) private {
        vm.expectRevert(_statusMismatch(granted, status, ISessionTypes.SessionStatus.Active));
        _suspend(granted);
    }
}
