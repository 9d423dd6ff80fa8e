// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract RevokeAllTest is BaseTest {
    function test_emitsSessionsRevoked() public {
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionsRevoked(account, 1);
        vm.prank(account);
        manager.revokeAll();
    }

    function test_raisesTheEpoch() public {
        vm.startPrank(account);
        assertEq(manager.revokeAll(), 1);
        assertEq(manager.revokeAll(), 2);
        vm.stopPrank();
        assertEq(manager.accountStateOf(account).epoch, 2);
    }

    function test_raisesTheControlNonce_soThatNothingSignedBeforeCanUndoIt() public {
        uint48 before = manager.accountStateOf(account).controlNonce;
        vm.prank(account);
        manager.revokeAll();
        assertEq(manager.accountStateOf(account).controlNonce, before + 1);
    }

    function test_endsEverySession() public {
        Grant memory transfers = _grantTransfers();
        Grant memory increments = _grantIncrement();
        _revokeAll();
        _assertStatus(transfers, ISessionTypes.SessionStatus.Superseded);
        _assertStatus(increments, ISessionTypes.SessionStatus.Superseded);
    }

    function test_leavesOtherAccountsAlone() public {
        Grant memory granted = _grantTransfers();
        vm.prank(_address("other"));
        manager.revokeAll();
        _execute(granted, _order(0, _transferData(1)));
        assertEq(token.balanceOf(recipient), 1);
    }

    function test_letsNewSessionsBeGranted() public {
        _grantTransfers();
        _revokeAll();
        _execute(_grantTransfers(), _order(0, _transferData(1)));
        assertEq(token.balanceOf(recipient), 1);
    }

    function test_refusesOldSessionsAtGrant() public {
        Grant memory prepared = _prepare(_session(_limit(address(token), LIMIT, 0)), _scopes(_transferScope()));
        _revokeAll();
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.EpochMismatch.selector, 0, 1));
        manager.grant(prepared.session, prepared.scopes);
    }

    function test_keepsThePause() public {
        vm.startPrank(account);
        manager.pause(account);
        manager.revokeAll();
        vm.stopPrank();
        assertTrue(manager.accountStateOf(account).paused);
    }

    function test_stillLetsOneBeRevoked() public {
        Grant memory granted = _grantTransfers();
        _revokeAll();
        _revoke(granted);
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function _revokeAll() private {
        vm.prank(account);
        manager.revokeAll();
    }
}
