// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {HostileToken} from "../../../contracts/test/HostileToken.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 10, 20 and 28: while an order runs, a target gets nothing from the manager, not even a view.
contract ReentrancyTest is BaseTest {
    HostileTarget internal target;
    Grant internal granted;
    bytes internal nextOrder;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
        Grant memory granted_ = _grant(_session(), _scope(address(target), target.reenter.selector));
        granted.packed = granted_.packed;
        granted.id = granted_.id;
        granted.session.account = account;
        nextOrder = _signed(granted_, _order(9));
        // Rebuilt in `_refuseReentry`: structs with dynamic members are not copied to storage whole.
    }

    function test_refusesExecute() public {
        _refuseReentry(abi.encodeCall(manager.execute, (nextOrder)));
    }

    function test_refusesExecuteBatch() public {
        bytes[] memory orders = new bytes[](1);
        orders[0] = nextOrder;
        _refuseReentry(abi.encodeCall(manager.executeBatch, (orders)));
    }

    function test_refusesRevoke() public {
        _refuseReentry(abi.encodeCall(manager.revoke, (granted.packed)));
    }

    function test_refusesRevokeAll() public {
        _refuseReentry(abi.encodeCall(manager.revokeAll, ()));
    }

    function test_refusesPause() public {
        _refuseReentry(abi.encodeCall(manager.pause, (account)));
    }

    function test_refusesUnpause() public {
        _refuseReentry(abi.encodeCall(manager.unpause, ()));
    }

    function test_refusesGrant() public {
        ISessionTypes.Session memory session = _session();
        session.account = address(target);
        Grant memory prepared = _prepare(session, _scopes(_scope(recipient, 0x11223344)));
        _refuseReentry(abi.encodeCall(manager.grant, (prepared.session, prepared.scopes)));
    }

    function test_refusesStateOf() public {
        _refuseReentry(abi.encodeCall(manager.stateOf, (granted.packed)));
    }

    function test_refusesRemaining() public {
        _refuseReentry(abi.encodeCall(manager.remaining, (granted.packed)));
    }

    function test_refusesAccountStateOf() public {
        _refuseReentry(abi.encodeCall(manager.accountStateOf, (account)));
    }

    function test_refusesPreflight() public {
        _refuseReentry(abi.encodeCall(manager.preflight, (nextOrder, relayer)));
    }

    function test_refusesATokensHook() public {
        HostileToken hostile = HostileToken(_deploy("HostileToken.sol:HostileToken"));
        hostile.mint(account, 100);
        Grant memory session = _grant(
            _session(_limit(address(hostile), 100, 0)),
            _scope(address(hostile), token.transfer.selector)
        );
        hostile.setHook(address(manager), abi.encodeCall(manager.execute, (nextOrder)));
        // The hook's call is refused, so the hostile token reverts, and so does the order.
        bytes memory order = _signed(session, _order(0, _transferData(1)));
        assertEq(_executeBatch(order), ISessionErrors.CallReverted.selector);
        assertEq(hostile.hookCalls(), 0);
    }

    function test_opensAgain_afterwards() public {
        _refuseReentry(abi.encodeCall(manager.pause, (account)));
        _execute(nextOrder);
        assertEq(manager.stateOf(granted.packed).nextNonce, 10);
    }

    function _refuseReentry(bytes memory data) private {
        Grant memory session;
        session.packed = granted.packed;
        session.id = granted.id;
        session.scopes = _scopes(_scope(address(target), target.reenter.selector));
        session.leaves = _sort(session.scopes);
        _execute(session, _order(0, abi.encodeCall(target.reenter, (address(manager), data))));
        assertEq(target.calls(), 1);
        assertFalse(target.reentered());
        assertEq(bytes4(target.answer()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        _assertStatus(session, ISessionTypes.SessionStatus.Active);
    }
}
