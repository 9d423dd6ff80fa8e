// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {ControlTest} from "../ControlTest.sol";

contract ResumeTest is ControlTest {
    function test_emitsSessionResumed() public {
        Grant memory granted = _grantSuspended();
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionResumed(account, granted.id);
        _resume(granted);
    }

    function test_letsOrdersRunAgain() public {
        Grant memory granted = _grantSuspended();
        _resume(granted);
        _execute(granted, _incrementOrder(0));
        assertEq(token.count(), 1);
    }

    function test_raisesTheControlNonce_soThatNoSuspensionIsReplayed() public {
        Grant memory granted = _grantSuspended();
        uint48 before = _controlNonce();
        _resume(granted);
        assertEq(_controlNonce(), before + 1);
    }

    function test_mayBeSuspendedAgain() public {
        Grant memory granted = _grantSuspended();
        _resume(granted);
        _suspend(granted);
        _assertStatus(granted, ISessionTypes.SessionStatus.Suspended);
    }

    function test_reverts_whenTheSentinelCalls() public {
        _refuseCaller(sentinel, abi.encodeCall(manager.resume, (_grantSuspended().packed)));
    }

    function test_reverts_whenTheKeyCalls() public {
        _refuseCaller(key, abi.encodeCall(manager.resume, (_grantSuspended().packed)));
    }

    function testFuzz_reverts_whenCalledByAnother(address caller) public {
        vm.assume(caller != account);
        _refuseCaller(caller, abi.encodeCall(manager.resume, (_grantSuspended().packed)));
    }

    function test_reverts_whenActive() public {
        _refuseStatus(_grantWatched(false), ISessionTypes.SessionStatus.Active);
    }

    function test_reverts_whenRevoked() public {
        Grant memory granted = _grantSuspended();
        _revoke(granted);
        _refuseStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_reverts_whenNotGranted() public {
        Grant memory prepared = _prepare(_session(), _scopes(_scope(address(token), token.increment.selector)));
        _refuseStatus(prepared, ISessionTypes.SessionStatus.None);
    }

    function _grantSuspended() private returns (Grant memory granted) {
        granted = _grantWatched(false);
        _suspend(granted);
    }

    function _refuseStatus(Grant memory granted, ISessionTypes.SessionStatus status) private {
        vm.expectRevert(_statusMismatch(granted, status, ISessionTypes.SessionStatus.Suspended));
        _resume(granted);
    }
}
