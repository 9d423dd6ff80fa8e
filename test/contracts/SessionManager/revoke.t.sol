// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {ControlTest} from "../ControlTest.sol";

contract RevokeTest is ControlTest {
    function test_emitsSessionRevoked() public {
        Grant memory granted = _grantTransfers();
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionRevoked(account, granted.id, account);
        _revoke(granted);
    }

    function test_revokes_whenActive() public {
        Grant memory granted = _grantTransfers();
        _revoke(granted);
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_refusesOrders_whenRevoked() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(0, _transferData(1)));
        _revoke(granted);
        _refuse(
            granted,
            _order(1, _transferData(1)),
            abi.encodeWithSelector(
                ISessionErrors.SessionNotActive.selector,
                granted.id,
                ISessionTypes.SessionStatus.Revoked
            )
        );
    }

    function test_blocksTheGrant_whenRevokedBefore() public {
        Grant memory prepared = _prepare(_session(), _scopes(_scope(address(token), token.increment.selector)));
        _revoke(prepared);
        vm.prank(account);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISessionErrors.SessionAlreadyKnown.selector,
                prepared.id,
                ISessionTypes.SessionStatus.Revoked
            )
        );
        manager.grant(prepared.session, prepared.scopes);
    }

    function test_keepsTheUsedNonces_whenRevoked() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(3, _transferData(1)));
        _revoke(granted);
        assertEq(manager.stateOf(granted.packed).nextNonce, 4);
    }

    function test_reverts_whenAlreadyRevoked() public {
        Grant memory granted = _grantTransfers();
        _revoke(granted);
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SessionAlreadyRevoked.selector, granted.id));
        manager.revoke(granted.packed);
    }

    function testFuzz_reverts_whenCalledByAnother(address caller) public {
        vm.assume(caller != account);
        Grant memory granted = _grantTransfers();
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.CallerNotAllowed.selector, caller));
        manager.revoke(granted.packed);
    }

    function test_reverts_whenTheBytesAreCutShort() public {
        bytes memory packed = _grantTransfers().packed;
        for (uint256 length; length < packed.length; ++length) {
            bytes memory cut = new bytes(length);
            for (uint256 i; i < length; ++i) cut[i] = packed[i];
            vm.prank(account);
            vm.expectRevert(ISessionErrors.EncodingInvalid.selector);
            manager.revoke(cut);
        }
    }

    function test_leavesOtherSessionsAlone() public {
        Grant memory transfers = _grantTransfers();
        Grant memory increments = _grantIncrement();
        _revoke(transfers);
        _assertStatus(increments, ISessionTypes.SessionStatus.Active);
    }

    function test_revokes_whenTheSentinelMayAndCalls() public {
        Grant memory granted = _grantWatched(true);
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionRevoked(account, granted.id, sentinel);
        vm.prank(sentinel);
        manager.revoke(granted.packed);
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_reverts_whenAnotherCallsAndTheSentinelMay() public {
        _refuseCaller(_address("stranger"), abi.encodeCall(manager.revoke, (_grantWatched(true).packed)));
    }

    function test_reverts_whenTheSentinelMayNotAndCalls() public {
        _refuseCaller(sentinel, abi.encodeCall(manager.revoke, (_grantWatched(false).packed)));
    }

    function test_revokes_whenSuspended() public {
        Grant memory granted = _grantWatched(false);
        _suspend(granted);
        _revoke(granted);
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_revokes_whenExpired() public {
        Grant memory granted = _grantTransfers();
        vm.warp(START + VALID_FOR);
        _revoke(granted);
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_reverts_whenTheGuardianCalls() public {
        _setGuardian();
        _refuseCaller(guardian, abi.encodeCall(manager.revoke, (_grantTransfers().packed)));
    }
}
