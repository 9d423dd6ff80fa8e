// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IScopePolicy} from "../../../contracts/interfaces/IScopePolicy.sol";
import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {HostileToken} from "../../../contracts/test/HostileToken.sol";
import {ReenteringVerifier} from "../../../contracts/test/ReenteringVerifier.sol";
import {ControlTest} from "../ControlTest.sol";

/// @dev HAZARDS 10, 20 and 28: while an order runs, nobody gets anything from the manager, not even a view.
contract ReentrancyTest is ControlTest {
    HostileTarget internal target;
    HostileToken internal hostile;
    ReenteringVerifier internal verifier;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
        hostile = HostileToken(_deploy("HostileToken.sol:HostileToken"));
        verifier = ReenteringVerifier(_deploy("ReenteringVerifier.sol:ReenteringVerifier"));
        hostile.mint(account, 100);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // From a target
    // ---------------------------------------------------------------------------------------------------------------

    function test_refusesEveryWrite_fromATarget() public {
        Grant memory granted = _grantReentering();
        bytes[] memory writes = _writes(granted);
        for (uint24 i; i < writes.length; ++i) {
            _execute(granted, _reenterWith(i, writes[i]));
            _assertRefused(i);
        }
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
    }

    function test_refusesEveryWrite_fromATargetInABatch() public {
        Grant memory granted = _grantReentering();
        bytes[] memory writes = _writes(granted);
        for (uint24 i; i < writes.length; ++i) {
            assertEq(_executeBatch(_signed(granted, _reenterWith(i, writes[i]))), bytes4(0));
            _assertRefused(i);
        }
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
    }

    function test_refusesEveryWrite_fromATargetInADelegation() public {
        Grant memory granted = _grantReentering();
        bytes[] memory writes = _writes(granted);
        for (uint24 i; i < writes.length; ++i) {
            _redeem(granted, _reenterWith(i, writes[i]));
            _assertRefused(i);
        }
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
    }

    function test_refusesEveryView_fromATarget() public {
        Grant memory granted = _grantReentering();
        bytes[] memory views = _views(granted);
        for (uint24 i; i < views.length; ++i) {
            _execute(granted, _reenterWith(i, views[i]));
            _assertRefused(i);
        }
    }

    /// @dev Not the lock but the caller: these two run while it is held.
    function test_refusesTheManagersOwnEntries_fromATarget() public {
        Grant memory granted = _grantReentering();
        bytes memory order = _signed(granted, _order(99));
        string[2] memory entries = ["executeIsolated(bytes,address)", "executeDelegated(bytes,address)"];
        for (uint24 i; i < 2; ++i) {
            _execute(granted, _reenterWith(i, abi.encodeWithSignature(entries[i], order, key)));
            assertFalse(target.reentered());
            assertEq(
                target.answer(),
                abi.encodeWithSelector(ISessionErrors.CallerNotAllowed.selector, address(target))
            );
        }
        assertFalse(_isNonceUsed(granted, 99));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // From a token
    // ---------------------------------------------------------------------------------------------------------------

    /// @dev The hook's call is refused, so the hostile token reverts, and so does the order.
    function test_refusesEveryWrite_fromATokensHook() public {
        Grant memory granted = _grantHostileTransfers();
        bytes[] memory writes = _writes(granted);
        for (uint24 i; i < writes.length; ++i) {
            hostile.setHook(address(manager), writes[i]);
            bytes memory order = _signed(granted, _order(i, _transferData(1)));
            assertEq(_executeBatch(order), ISessionErrors.CallReverted.selector);
        }
        assertEq(hostile.hookCalls(), 0);
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
    }

    function test_refusesEveryWrite_fromATokenThatIsPulled() public {
        Grant memory granted = _grant(
            _session(_limit(address(hostile), 100, 0)),
            _spendScope(address(target), target.draw.selector, address(hostile))
        );
        bytes[] memory writes = _writes(granted);
        for (uint24 i; i < writes.length; ++i) {
            hostile.setHook(address(manager), writes[i]);
            bytes memory order = _signed(granted, _order(i, abi.encodeCall(target.draw, (hostile, 1))));
            assertEq(_executeBatch(order), ISessionErrors.CallReverted.selector);
        }
        assertEq(hostile.hookCalls(), 0);
        assertEq(hostile.allowance(account, address(target)), 0);
    }

    /// @dev The sentinel is the token: its act within the transfer would otherwise be written over afterwards.
    function test_refusesTheSentinelsSuspension_fromATokensHook() public {
        ISessionTypes.Session memory session = _session(_limit(address(hostile), 100, 0));
        (session.sentinel, session.sentinelMayRevoke) = (address(hostile), true);
        Grant memory granted = _grant(session, _scope(address(hostile), hostile.transfer.selector));
        bytes[2] memory acts = [
            abi.encodeCall(manager.suspend, (granted.packed)),
            abi.encodeCall(manager.revoke, (granted.packed))
        ];
        for (uint24 i; i < 2; ++i) {
            hostile.setHook(address(manager), acts[i]);
            bytes memory order = _signed(granted, _order(i, _transferData(1)));
            assertEq(_executeBatch(order), ISessionErrors.CallReverted.selector);
            _assertStatus(granted, ISessionTypes.SessionStatus.Active);
        }
    }

    // ---------------------------------------------------------------------------------------------------------------
    // From who is asked: policy, signer, sentinel, approver
    // ---------------------------------------------------------------------------------------------------------------

    function test_refusesEveryQuestion_fromAPolicy() public {
        ISessionTypes.Scope memory scope = _scope(address(token), token.increment.selector);
        scope.policy = address(verifier);
        Grant memory granted = _grant(_session(), scope);
        bytes[] memory questions = _questions(granted);
        for (uint24 i; i < questions.length; ++i) {
            verifier.set(address(manager), questions[i], IScopePolicy.checkCall.selector);
            _execute(granted, _incrementOrder(i));
        }
        assertEq(token.count(), questions.length);
    }

    function test_refusesEveryQuestion_fromASigner() public {
        ISessionTypes.Session memory session = _session();
        session.signer = abi.encodePacked(verifier);
        _refuseQuestions(session, 0x1626ba7e, "", "");
    }

    function test_refusesEveryQuestion_fromAVerifier() public {
        ISessionTypes.Session memory session = _session();
        session.signer = abi.encodePacked(verifier, "a key");
        _refuseQuestions(session, 0x024ad318, "", "");
    }

    function test_refusesEveryQuestion_fromASentinel() public {
        ISessionTypes.Session memory session = _session();
        (session.sentinel, session.leaseTtl) = (address(verifier), 60);
        _refuseQuestions(session, 0x1626ba7e, abi.encodePacked(START), "");
    }

    function test_refusesEveryQuestion_fromAnApprover() public {
        ISessionTypes.Session memory session = _session();
        session.approver = abi.encodePacked(verifier);
        _refuseQuestions(session, 0x1626ba7e, "", "approval");
    }

    function test_opensAgain_afterwards() public {
        Grant memory granted = _grantReentering();
        _execute(granted, _reenterWith(0, abi.encodeCall(manager.pause, (account))));
        _execute(granted, _order(9));
        assertEq(manager.stateOf(granted.packed).nextNonce, 10);
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _grantReentering() private returns (Grant memory) {
        ISessionTypes.Session memory session = _session();
        session.revokeOnMisuse = true;
        return _grant(session, _scope(address(target), target.reenter.selector));
    }

    function _grantHostileTransfers() private returns (Grant memory) {
        return _grant(_session(_limit(address(hostile), 100, 0)), _scope(address(hostile), hostile.transfer.selector));
    }

    function _reenterWith(uint24 nonce, bytes memory data) private view returns (OrderSpec memory spec) {
        spec = _order(nonce, abi.encodeCall(target.reenter, (address(manager), data)));
        spec.gasLimit = 3_000_000;
    }

    function _assertRefused(uint24 index) private view {
        assertEq(target.calls(), index + 1);
        assertFalse(target.reentered());
        assertEq(target.answer(), abi.encodePacked(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }

    /// @dev Every entry that writes.
    function _writes(Grant memory granted) private view returns (bytes[] memory writes) {
        bytes[] memory orders = new bytes[](1);
        orders[0] = _signed(granted, _order(99));
        ISessionTypes.Session memory session = _session();
        session.account = address(target);
        ISessionTypes.Scope[] memory scopes = _scopes(_scope(recipient, 0x11223344));
        Grant memory prepared = _prepare(session, scopes);
        ISessionTypes.Control memory control;
        control.deadline = type(uint48).max;
        writes = new bytes[](22);
        writes[0] = abi.encodeCall(manager.execute, (orders[0]));
        writes[1] = abi.encodeCall(manager.executeBatch, (orders));
        writes[2] = abi.encodeCall(manager.redeemDelegations, (new bytes[](0), new bytes32[](0), new bytes[](0)));
        writes[3] = abi.encodeCall(manager.grant, (prepared.session, prepared.scopes));
        writes[4] = abi.encodeCall(
            manager.grantWithSignature,
            (prepared.session, prepared.scopes, control.deadline, "")
        );
        writes[5] = abi.encodeCall(manager.revoke, (granted.packed));
        writes[6] = abi.encodeCall(manager.revokeAll, ());
        writes[7] = abi.encodeCall(manager.surrender, (granted.packed));
        writes[8] = abi.encodeCall(manager.suspend, (granted.packed));
        writes[9] = abi.encodeCall(manager.resume, (granted.packed));
        writes[10] = abi.encodeCall(manager.pause, (account));
        writes[11] = abi.encodeCall(manager.unpause, ());
        writes[12] = abi.encodeCall(manager.setGuardian, (address(target)));
        writes[13] = abi.encodeCall(manager.revokeWithSignature, (granted.packed, control));
        writes[14] = abi.encodeCall(manager.surrenderWithSignature, (granted.packed, control));
        writes[15] = abi.encodeCall(manager.suspendWithSignature, (granted.packed, control));
        writes[16] = abi.encodeCall(manager.resumeWithSignature, (granted.packed, control));
        writes[17] = abi.encodeCall(manager.pauseWithSignature, (account, control));
        writes[18] = abi.encodeCall(manager.unpauseWithSignature, (account, control));
        writes[19] = abi.encodeCall(manager.revokeAllWithSignature, (account, control));
        writes[20] = abi.encodeCall(manager.setGuardianWithSignature, (account, address(target), control));
        writes[21] = _misuse(granted);
        return _with(_with(writes, abi.encodeCall(manager.onInstall, (""))), abi.encodeCall(manager.onUninstall, ("")));
    }

    /// @dev A report that would succeed at any other time.
    function _misuse(Grant memory granted) private view returns (bytes memory) {
        ISessionTypes.Order memory order = _typed(granted, _order(0));
        order.calls = new ISessionTypes.Call[](1);
        order.calls[0] = ISessionTypes.Call(recipient, 0, "", granted.leaves[0]);
        bytes[] memory scopes = new bytes[](1);
        scopes[0] = manager.packScope(granted.scopes[0]);
        bytes memory signature = _sign(KEY, manager.hashOrder(order));
        return abi.encodeCall(manager.reportMisuse, (granted.packed, order, signature, scopes));
    }

    /// @dev Every view of state.
    function _views(Grant memory granted) private view returns (bytes[] memory views) {
        views = new bytes[](6);
        views[0] = abi.encodeCall(manager.stateOf, (granted.packed));
        views[1] = abi.encodeCall(manager.remaining, (granted.packed));
        views[2] = abi.encodeCall(manager.unapprovedOf, (granted.packed));
        views[3] = abi.encodeCall(manager.accountStateOf, (account));
        views[4] = abi.encodeCall(manager.isInitialized, (account));
        views[5] = abi.encodeCall(manager.preflight, (_signed(granted, _order(99)), relayer));
    }

    /// @dev What can be asked without writing: the views, and writes that the lock refuses before they write.
    function _questions(Grant memory granted) private view returns (bytes[] memory questions) {
        questions = _views(granted);
        bytes[] memory writes = _writes(granted);
        for (uint256 i; i < writes.length; ++i) questions = _with(questions, writes[i]);
    }

    function _with(bytes[] memory items, bytes memory item) private pure returns (bytes[] memory longer) {
        longer = new bytes[](items.length + 1);
        for (uint256 i; i < items.length; ++i) longer[i] = items[i];
        longer[items.length] = item;
    }

    function _refuseQuestions(
        ISessionTypes.Session memory session,
        bytes4 yes,
        bytes memory lease,
        bytes memory approval
    ) private {
        Grant memory granted = _grant(session, _scope(address(token), token.increment.selector));
        bytes[] memory questions = _questions(granted);
        for (uint24 i; i < questions.length; ++i) {
            verifier.set(address(manager), questions[i], yes);
            OrderSpec memory spec = _incrementOrder(i);
            _execute(_pack(granted, spec, _sign(KEY, _hash(granted, spec)), lease, approval));
        }
        assertEq(token.count(), questions.length);
    }

    function _redeem(Grant memory granted, OrderSpec memory spec) private {
        (bytes[] memory contexts, bytes[] memory calls) = (new bytes[](1), new bytes[](1));
        ISessionTypes.Delegation memory delegation;
        delegation.session = granted.packed;
        (delegation.nonce, delegation.deadline, delegation.gasLimit) = (spec.nonce, spec.deadline, spec.gasLimit);
        delegation.scopes = new bytes[](1);
        delegation.scopes[0] = manager.packScope(granted.scopes[0]);
        delegation.proofs = new bytes[](1);
        contexts[0] = abi.encode(delegation);
        calls[0] = abi.encodePacked(target, uint256(0), spec.calls[0].data);
        vm.prank(key);
        manager.redeemDelegations(contexts, new bytes32[](1), calls);
    }
}
