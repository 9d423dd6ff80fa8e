// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract StateOfTest is BaseTest {
    function test_isNone_beforeTheGrant() public view {
        Grant memory prepared = _prepare(_session(), _scopes(_transferScope()));
        ISessionTypes.SessionState memory state = manager.stateOf(prepared.packed);
        assertEq(uint8(state.status), uint8(ISessionTypes.SessionStatus.None));
        assertEq(state.nextNonce, 0);
        assertEq(state.nonceWindow, 0);
        assertEq(state.lastUsedAt, 0);
    }

    function test_isPending_beforeValidAfter() public {
        ISessionTypes.Session memory session = _session();
        (session.validAfter, session.validUntil) = (START + 1, START + 2);
        Grant memory granted = _grant(session, _scope(recipient, 0x11223344));
        _assertStatus(granted, ISessionTypes.SessionStatus.Pending);
        vm.warp(START + 1);
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
        vm.warp(START + 2);
        _assertStatus(granted, ISessionTypes.SessionStatus.Expired);
    }

    function test_isPaused_andPendingAgain_whenNotYetValid() public {
        ISessionTypes.Session memory session = _session();
        (session.validAfter, session.validUntil) = (START + 1, START + 2);
        Grant memory granted = _grant(session, _scope(recipient, 0x11223344));
        vm.prank(account);
        manager.pause(account);
        _assertStatus(granted, ISessionTypes.SessionStatus.Paused);
    }

    function test_isSuperseded_afterRevokeAll() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        manager.revokeAll();
        _assertStatus(granted, ISessionTypes.SessionStatus.Superseded);
    }

    function test_isRevoked_alsoAfterItsEnd() public {
        Grant memory granted = _grantTransfers();
        _revoke(granted);
        vm.warp(START + VALID_FOR);
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_isExhausted_whenEveryNonceIsUsed() public {
        ISessionTypes.Session memory session = _session();
        session.maxOrders = 3;
        Grant memory granted = _grant(session, _scope(recipient, 0x11223344));
        _execute(granted, _order(2));
        _execute(granted, _order(0));
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
        _execute(granted, _order(1));
        _assertStatus(granted, ISessionTypes.SessionStatus.Exhausted);
    }

    function test_isExhausted_whenTheWindowIsFull() public {
        ISessionTypes.Session memory session = _session();
        session.maxOrders = 100;
        Grant memory granted = _grant(session, _scope(recipient, 0x11223344));
        _execute(granted, _order(99));
        for (uint24 nonce = 37; nonce < 99; ++nonce) _execute(granted, _order(nonce));
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
        _execute(granted, _order(36));
        _assertStatus(granted, ISessionTypes.SessionStatus.Exhausted);
    }

    function test_tellsTheWindow() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(0));
        _execute(granted, _order(3));
        ISessionTypes.SessionState memory state = manager.stateOf(granted.packed);
        assertEq(state.nextNonce, 4);
        assertEq(state.nonceWindow, 0x9);
    }

    function test_tellsWhenItWasLastUsed() public {
        Grant memory granted = _grantTransfers();
        vm.warp(START + 17);
        _execute(granted, _order(0));
        assertEq(manager.stateOf(granted.packed).lastUsedAt, START + 17);
    }

    function test_reverts_whenTheBytesAreNotASession() public {
        vm.expectRevert(ISessionErrors.EncodingInvalid.selector);
        manager.stateOf(hex"00");
    }

    function test_reverts_whenTheBytesHaveATail() public {
        bytes memory packed = _grantTransfers().packed;
        vm.expectRevert(ISessionErrors.EncodingInvalid.selector);
        manager.stateOf(bytes.concat(packed, hex"00"));
    }
}
