// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {DelegationTest} from "../DelegationTest.sol";

/// @dev ERC-7710: an order whose calls travel as an ERC-7579 execution. What is malformed: `redeemDelegationsMalformed`.
contract RedeemDelegationsTest is DelegationTest {
    // ---------------------------------------------------------------------------------------------------------------
    // What runs
    // ---------------------------------------------------------------------------------------------------------------

    function test_runsASingleCall_withASignature() public {
        Grant memory granted = _grantTransfers();
        _redeem(_signedRedemption(granted, _order(0, _transferData(5))));
        assertEq(token.balanceOf(recipient), 5);
        assertEq(_remaining(granted), LIMIT - 5);
        assertTrue(_isNonceUsed(granted, 0));
    }

    function test_emitsOrderExecuted() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(7, _transferData(5));
        Redemption memory redemption = _signedRedemption(granted, spec);
        bytes32 orderHash = _hash(granted, spec);
        vm.expectEmit(address(manager));
        emit ISessionEvents.OrderExecuted(granted.id, orderHash, 7);
        _redeem(redemption);
    }

    function test_runsABatch_withASignature() public {
        _redeem(_signedRedemption(_grantTransfers(), _twoTransfers()));
        assertEq(token.balanceOf(recipient), 3);
    }

    function test_runsABatchOfOne() public {
        Redemption memory redemption = _redemption(_grantTransfers(), _order(0, _transferData(5)));
        AccountCall[] memory calls = new AccountCall[](1);
        calls[0] = AccountCall(address(token), 0, _transferData(5));
        (redemption.mode, redemption.calls) = (BATCH_MODE, abi.encode(calls));
        _redeem(redemption);
        assertEq(token.balanceOf(recipient), 5);
    }

    function test_runsABatchUnderSeveralScopes() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, 0), _limit(NATIVE_TOKEN, LIMIT, 0));
        Grant memory granted = _grant(session, _scopes(_transferScope(), _nativeScope(recipient, 9)));
        uint256 native = _position(granted, recipient, 0);
        OrderSpec memory spec = _order(0, CallSpec(native, 9, ""), CallSpec(1 - native, 0, _transferData(4)));
        _redeem(_signedRedemption(granted, spec));
        assertEq(recipient.balance, 9);
        assertEq(token.balanceOf(recipient), 4);
    }

    function test_runsWithoutASignature_whenTheKeyRedeems() public {
        _redeem(_redemption(_grantTransfers(), _order(0, _transferData(5))));
        assertEq(token.balanceOf(recipient), 5);
    }

    function test_runsSeveralDelegations() public {
        _redeem(
            _redemption(_grantTransfers(), _order(0, _transferData(5))),
            _redemption(_grantIncrement(), _incrementOrder(0))
        );
        assertEq(token.balanceOf(recipient), 5);
        assertEq(token.count(), 1);
    }

    function test_runsTwoOrdersOfOneSession() public {
        Grant memory granted = _grantIncrement();
        _redeem(_redemption(granted, _incrementOrder(1)), _redemption(granted, _incrementOrder(0)));
        assertEq(token.count(), 2);
    }

    function test_doesNothing_whenThereIsNoDelegation() public {
        vm.recordLogs();
        manager.redeemDelegations(new bytes[](0), new bytes32[](0), new bytes[](0));
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_onlyUsesItsNonce_whenTheBatchIsEmpty() public {
        Grant memory granted = _grantIncrement();
        _redeem(_redemption(granted, _order(3)));
        assertTrue(_isNonceUsed(granted, 3));
    }

    function test_runs_whenTheNamedRelayerRedeems() public {
        _redeem(_signedRedemption(_grantRelayed(), _incrementOrder(0)));
        assertEq(token.count(), 1);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Lease and approval
    // ---------------------------------------------------------------------------------------------------------------

    function test_runs_withALease() public {
        Grant memory granted = _grantLeased();
        Redemption memory redemption = _redemption(granted, _incrementOrder(0));
        redemption.delegation.lease = _lease(granted, START);
        _redeem(redemption);
        assertEq(token.count(), 1);
    }

    function test_reverts_whenALeaseIsMissing() public {
        _refuse(
            _redemption(_grantLeased(), _incrementOrder(0)),
            abi.encodeWithSelector(ISessionErrors.LeaseMissing.selector, 60)
        );
    }

    function test_runs_withAnApproval() public {
        Grant memory granted = _grantApproved();
        OrderSpec memory spec = _order(0, _transferData(50));
        Redemption memory redemption = _redemption(granted, spec);
        redemption.delegation.approval = _sign(GUARDIAN_KEY, manager.hashApproval(_hash(granted, spec)));
        _redeem(redemption);
        assertEq(token.balanceOf(recipient), 50);
    }

    function test_reverts_whenAnApprovalIsMissing() public {
        _refuse(
            _redemption(_grantApproved(), _order(0, _transferData(50))),
            abi.encodeWithSelector(ISessionErrors.ApprovalMissing.selector, 0, 50, 10)
        );
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What is refused
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenAnotherRedeemsWithoutASignature() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        Redemption memory redemption = _redemption(granted, spec);
        redemption.redeemer = relayer;
        _refuse(redemption, abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, _hash(granted, spec)));
    }

    function test_reverts_whenOtherCallsWereSigned() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(6));
        Redemption memory redemption = _signedRedemption(granted, _order(0, _transferData(5)));
        redemption.calls = _redemption(granted, spec).calls;
        _refuse(redemption, abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, _hash(granted, spec)));
    }

    /// @dev HAZARDS 30.
    function test_reverts_whenTheKeyRedeemsAndARelayerIsNamed() public {
        _refuse(
            _redemption(_grantRelayed(), _incrementOrder(0)),
            abi.encodeWithSelector(ISessionErrors.SubmitterNotAllowed.selector, key, relayer)
        );
    }

    function test_reverts_whenRedeemedTwice() public {
        Redemption memory redemption = _redemption(_grantTransfers(), _order(0, _transferData(5)));
        _redeem(redemption);
        _refuse(redemption, abi.encodeWithSelector(ISessionErrors.NonceUsed.selector, 0));
    }

    function test_reverts_whenAnOrderIsRedeemedThatHasRun() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        _execute(granted, spec);
        _refuse(_redemption(granted, spec), abi.encodeWithSelector(ISessionErrors.NonceUsed.selector, 0));
    }

    function test_reverts_whenTheCallGoesElsewhereThanItsScope() public {
        Redemption memory redemption = _redemption(_grantTransfers(), _order(0, _transferData(5)));
        redemption.calls = abi.encodePacked(recipient, uint256(0), _transferData(5));
        _refuse(
            redemption,
            abi.encodeWithSelector(ISessionErrors.DelegationTargetMismatch.selector, 0, recipient, address(token))
        );
    }

    function test_namesTheCall_whenTheSecondGoesElsewhere() public {
        Redemption memory redemption = _redemption(_grantTransfers(), _twoTransfers());
        AccountCall[] memory calls = abi.decode(redemption.calls, (AccountCall[]));
        calls[1].target = recipient;
        redemption.calls = abi.encode(calls);
        _refuse(
            redemption,
            abi.encodeWithSelector(ISessionErrors.DelegationTargetMismatch.selector, 1, recipient, address(token))
        );
    }

    function test_undoesAll_whenOneIsRefused() public {
        Grant memory granted = _grantTransfers();
        Redemption memory first = _redemption(granted, _order(0, _transferData(5)));
        Redemption memory second = _redemption(granted, _order(1, _transferData(LIMIT)));
        vm.expectRevert(
            abi.encodeWithSelector(ISessionErrors.LimitExceeded.selector, 0, address(token), uint256(LIMIT) + 5, LIMIT)
        );
        _redeem(first, second);
        assertEq(token.balanceOf(recipient), 0);
        assertFalse(_isNonceUsed(granted, 0));
        assertEq(_remaining(granted), LIMIT);
    }

    function test_reverts_whenTheGasIsLessThanWasSigned() public {
        Redemption memory redemption = _redemption(_grantTransfers(), _order(0, _transferData(5)));
        bytes memory data = abi.encodeCall(
            manager.redeemDelegations,
            (_one(abi.encode(redemption.delegation)), new bytes32[](1), _one(redemption.calls))
        );
        vm.prank(key);
        (bool ok, bytes memory answer) = address(manager).call{gas: GAS_LIMIT}(data);
        assertFalse(ok);
        assertEq(bytes4(answer), ISessionErrors.InsufficientGas.selector);
    }

    function test_reverts_whenTheSessionIsRevoked() public {
        Grant memory granted = _grantTransfers();
        _revoke(granted);
        _refuse(
            _redemption(granted, _order(0, _transferData(5))),
            abi.encodeWithSelector(
                ISessionErrors.SessionNotActive.selector,
                granted.id,
                ISessionTypes.SessionStatus.Revoked
            )
        );
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _grantRelayed() private returns (Grant memory) {
        ISessionTypes.Session memory session = _session();
        session.relayer = relayer;
        return _grant(session, _scope(address(token), token.increment.selector));
    }

    function _grantLeased() private returns (Grant memory) {
        ISessionTypes.Session memory session = _session();
        (session.sentinel, session.leaseTtl) = (sentinel, 60);
        return _grant(session, _scope(address(token), token.increment.selector));
    }

    /// @dev Above 10, the guardian's key must approve.
    function _grantApproved() private returns (Grant memory) {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.approver = abi.encodePacked(guardian);
        session.limits[0].approveAbove = 10;
        return _grant(session, _transferScope());
    }

    function _lease(Grant memory granted, uint48 issuedAt) private view returns (bytes memory) {
        return abi.encodePacked(issuedAt, _sign(SENTINEL_KEY, manager.hashLease(granted.id, issuedAt)));
    }
}
