// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {ControlTest} from "../ControlTest.sol";

contract SurrenderWithSignatureTest is ControlTest {
    function test_emitsSessionRevoked() public {
        Grant memory granted = _grantIncrement();
        ISessionTypes.Control memory control = _signedBy(KEY, _message(granted, 0));
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionRevoked(account, granted.id, key);
        manager.surrenderWithSignature(granted.packed, control);
    }

    function test_revokes_whenTheKeySigned() public {
        Grant memory granted = _grantIncrement();
        manager.surrenderWithSignature(granted.packed, _signedBy(KEY, _message(granted, 0)));
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    /// @dev What it does can be done once, and the owner's acts do not void it.
    function test_revokes_whateverTheNonce() public {
        Grant memory granted = _grantIncrement();
        manager.surrenderWithSignature(granted.packed, _signedBy(KEY, _message(granted, 77)));
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_leavesTheControlNonce() public {
        Grant memory granted = _grantIncrement();
        manager.surrenderWithSignature(granted.packed, _signedBy(KEY, _message(granted, 0)));
        assertEq(_controlNonce(), 0);
    }

    function test_blocksTheGrant_whenSurrenderedBefore() public {
        Grant memory prepared = _prepare(_session(), _scopes(_scope(address(token), token.increment.selector)));
        manager.surrenderWithSignature(prepared.packed, _signedBy(KEY, _message(prepared, 0)));
        vm.prank(account);
        vm.expectPartialRevert(ISessionErrors.SessionAlreadyKnown.selector);
        manager.grant(prepared.session, prepared.scopes);
    }

    function test_reverts_whenReplayed() public {
        Grant memory granted = _grantIncrement();
        ISessionTypes.Control memory control = _signedBy(KEY, _message(granted, 0));
        manager.surrenderWithSignature(granted.packed, control);
        _refuseControl(
            granted,
            control,
            abi.encodeWithSelector(ISessionErrors.SessionAlreadyRevoked.selector, granted.id)
        );
    }

    function test_reverts_afterItsDeadline() public {
        Grant memory granted = _grantIncrement();
        vm.warp(CONTROL_DEADLINE + 1);
        _refuseControl(
            granted,
            _signedBy(KEY, _message(granted, 0)),
            abi.encodeWithSelector(ISessionErrors.ControlExpired.selector, CONTROL_DEADLINE, CONTROL_DEADLINE + 1)
        );
    }

    function test_reverts_whenAnotherSigned() public {
        Grant memory granted = _grantWatched(true);
        uint256[3] memory others = [STRANGER_KEY, SENTINEL_KEY, OWNER_KEY];
        for (uint256 i; i < others.length; ++i) {
            Message memory message = _message(granted, 0);
            _refuseControl(granted, _signedBy(others[i], message), _signatureInvalid(message));
        }
    }

    /// @dev HAZARDS 5: what the key signs as an order is not taken for anything else.
    function test_reverts_whenTheKeySignedAnOrderOnly() public {
        Grant memory granted = _grantIncrement();
        bytes memory signature = _sign(KEY, _hash(granted, _incrementOrder(0)));
        _refuseControl(
            granted,
            ISessionTypes.Control(0, CONTROL_DEADLINE, signature),
            _signatureInvalid(_message(granted, 0))
        );
    }

    function test_reverts_whenSignedForAnotherSession() public {
        Grant memory granted = _grantIncrement();
        Grant memory other = _grantTransfers();
        _refuseControl(granted, _signedBy(KEY, _message(other, 0)), _signatureInvalid(_message(granted, 0)));
    }

    function test_reverts_onAnotherChain() public {
        Grant memory granted = _grantIncrement();
        ISessionTypes.Control memory control = _signedBy(KEY, _message(granted, 0));
        vm.chainId(block.chainid + 1);
        _refuseControl(granted, control, _signatureInvalid(_message(granted, 0)));
    }

    function _message(Grant memory granted, uint48 nonce) private view returns (Message memory) {
        return _sessionMessage("Surrender", account, granted.id, nonce, CONTROL_DEADLINE);
    }

    function _refuseControl(Grant memory granted, ISessionTypes.Control memory control, bytes memory reason) private {
        vm.expectRevert(reason);
        manager.surrenderWithSignature(granted.packed, control);
    }
}
