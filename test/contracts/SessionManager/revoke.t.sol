// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract RevokeTest is BaseTest {
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
}
