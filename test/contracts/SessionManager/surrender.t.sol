// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {ControlTest} from "../ControlTest.sol";

contract SurrenderTest is ControlTest {
    function test_emitsSessionRevoked() public {
        Grant memory granted = _grantIncrement();
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionRevoked(account, granted.id, key);
        _surrender(granted);
    }

    function test_revokes_whenActive() public {
        Grant memory granted = _grantIncrement();
        _surrender(granted);
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_revokes_whenSuspended() public {
        Grant memory granted = _grantWatched(false);
        _suspend(granted);
        _surrender(granted);
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_revokes_whenARelayerIsNamed() public {
        ISessionTypes.Session memory session = _session();
        session.relayer = relayer;
        Grant memory granted = _grant(session, _scope(address(token), token.increment.selector));
        _surrender(granted);
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_blocksTheGrant_whenSurrenderedBefore() public {
        Grant memory prepared = _prepare(_session(), _scopes(_scope(address(token), token.increment.selector)));
        _surrender(prepared);
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

    function test_leavesOtherSessionsOfTheKeyAlone() public {
        Grant memory transfers = _grantTransfers();
        _surrender(_grantIncrement());
        _assertStatus(transfers, ISessionTypes.SessionStatus.Active);
    }

    function test_reverts_whenAlreadyRevoked() public {
        Grant memory granted = _grantIncrement();
        _surrender(granted);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SessionAlreadyRevoked.selector, granted.id));
        _surrender(granted);
    }

    function testFuzz_reverts_whenCalledByAnother(address caller) public {
        vm.assume(caller != key);
        _refuseCaller(caller, abi.encodeCall(manager.surrender, (_grantWatched(true).packed)));
    }

    function test_reverts_whenTheAccountCalls() public {
        _refuseCaller(account, abi.encodeCall(manager.surrender, (_grantIncrement().packed)));
    }

    /// @dev The first 20 bytes of a longer signer are its verifier, which is not the key.
    function test_reverts_whenTheVerifierOfALongSignerCalls() public {
        ISessionTypes.Session memory session = _session();
        session.signer = abi.encodePacked(key, uint8(1));
        Grant memory granted = _grant(session, _scope(address(token), token.increment.selector));
        _refuseCaller(key, abi.encodeCall(manager.surrender, (granted.packed)));
    }

    function _surrender(Grant memory granted) private {
        vm.prank(key);
        manager.surrender(granted.packed);
    }
}
