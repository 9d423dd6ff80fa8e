// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {ControlTest} from "../ControlTest.sol";

/// @dev ERC-7710: an order whose calls travel as an ERC-7579 execution.
contract RedeemDelegationsTest is ControlTest {
    bytes32 private constant SINGLE = 0;

    // ---------------------------------------------------------------------------------------------------------------
    // What runs
    // ---------------------------------------------------------------------------------------------------------------

    function test_runsASingleCall_withASignature() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        bytes memory signature = _sign(KEY, _hash(granted, spec));
        _redeem(relayer, _context(granted, spec, signature), SINGLE, _single(granted, spec));
        assertEq(token.balanceOf(recipient), 5);
        assertEq(_remaining(granted), LIMIT - 5);
        assertTrue(_isNonceUsed(granted, 0));
    }

    function test_emitsOrderExecuted() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(7, _transferData(5));
        bytes32 orderHash = _hash(granted, spec);
        bytes memory context = _context(granted, spec, _sign(KEY, orderHash));
        bytes memory calls = _single(granted, spec);
        vm.expectEmit(address(manager));
        emit ISessionEvents.OrderExecuted(granted.id, orderHash, 7);
        _redeem(relayer, context, SINGLE, calls);
    }

    function test_runsABatch_withASignature() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _twoTransfers();
        bytes memory signature = _sign(KEY, _hash(granted, spec));
        _redeem(relayer, _context(granted, spec, signature), BATCH_MODE, _batch(granted, spec));
        assertEq(token.balanceOf(recipient), 3);
    }

    function test_runsABatchUnderSeveralScopes() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, 0), _limit(NATIVE_TOKEN, LIMIT, 0));
        Grant memory granted = _grant(session, _scopes(_transferScope(), _nativeScope(recipient, 9)));
        uint256 native = _position(granted, recipient, 0);
        OrderSpec memory spec = _order(0, CallSpec(native, 9, ""), CallSpec(1 - native, 0, _transferData(4)));
        bytes memory signature = _sign(KEY, _hash(granted, spec));
        _redeem(relayer, _context(granted, spec, signature), BATCH_MODE, _batch(granted, spec));
        assertEq(recipient.balance, 9);
        assertEq(token.balanceOf(recipient), 4);
    }

    function test_runsWithoutASignature_whenTheKeyRedeems() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        _redeem(key, _context(granted, spec, ""), SINGLE, _single(granted, spec));
        assertEq(token.balanceOf(recipient), 5);
    }

    function test_runsSeveralDelegations() public {
        (Grant memory first, Grant memory second) = (_grantTransfers(), _grantIncrement());
        (bytes[] memory contexts, bytes32[] memory modes, bytes[] memory calls) = _pair(
            first,
            _order(0, _transferData(5)),
            second,
            _incrementOrder(0)
        );
        vm.prank(key);
        manager.redeemDelegations(contexts, modes, calls);
        assertEq(token.balanceOf(recipient), 5);
        assertEq(token.count(), 1);
    }

    function test_runsTwoOrdersOfOneSession() public {
        Grant memory granted = _grantIncrement();
        (bytes[] memory contexts, bytes32[] memory modes, bytes[] memory calls) = _pair(
            granted,
            _incrementOrder(1),
            granted,
            _incrementOrder(0)
        );
        vm.prank(key);
        manager.redeemDelegations(contexts, modes, calls);
        assertEq(token.count(), 2);
    }

    function test_doesNothing_whenThereIsNoDelegation() public {
        vm.recordLogs();
        manager.redeemDelegations(new bytes[](0), new bytes32[](0), new bytes[](0));
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_onlyUsesItsNonce_whenTheBatchIsEmpty() public {
        Grant memory granted = _grantIncrement();
        OrderSpec memory spec = _order(3);
        _redeem(key, _context(granted, spec, ""), BATCH_MODE, _batch(granted, spec));
        assertTrue(_isNonceUsed(granted, 3));
    }

    function test_runs_whenTheNamedRelayerRedeems() public {
        Grant memory granted = _grantRelayed();
        OrderSpec memory spec = _incrementOrder(0);
        bytes memory signature = _sign(KEY, _hash(granted, spec));
        _redeem(relayer, _context(granted, spec, signature), SINGLE, _single(granted, spec));
        assertEq(token.count(), 1);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Lease and approval
    // ---------------------------------------------------------------------------------------------------------------

    function test_runs_withALease() public {
        Grant memory granted = _grantLeased();
        OrderSpec memory spec = _incrementOrder(0);
        ISessionTypes.Delegation memory delegation = _delegation(granted, spec, "");
        delegation.lease = _lease(granted, START);
        _redeem(key, abi.encode(delegation), SINGLE, _single(granted, spec));
        assertEq(token.count(), 1);
    }

    function test_reverts_whenALeaseIsMissing() public {
        Grant memory granted = _grantLeased();
        OrderSpec memory spec = _incrementOrder(0);
        _refuseRedemption(
            key,
            _context(granted, spec, ""),
            SINGLE,
            _single(granted, spec),
            abi.encodeWithSelector(ISessionErrors.LeaseMissing.selector, 60)
        );
    }

    function test_runs_withAnApproval() public {
        Grant memory granted = _grantApproved();
        OrderSpec memory spec = _order(0, _transferData(50));
        ISessionTypes.Delegation memory delegation = _delegation(granted, spec, "");
        delegation.approval = _sign(GUARDIAN_KEY, manager.hashApproval(_hash(granted, spec)));
        _redeem(key, abi.encode(delegation), SINGLE, _single(granted, spec));
        assertEq(token.balanceOf(recipient), 50);
    }

    function test_reverts_whenAnApprovalIsMissing() public {
        Grant memory granted = _grantApproved();
        OrderSpec memory spec = _order(0, _transferData(50));
        _refuseRedemption(
            key,
            _context(granted, spec, ""),
            SINGLE,
            _single(granted, spec),
            abi.encodeWithSelector(ISessionErrors.ApprovalMissing.selector, 0, 50, 10)
        );
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What is refused
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenAnotherRedeemsWithoutASignature() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        _refuseRedemption(
            relayer,
            _context(granted, spec, ""),
            SINGLE,
            _single(granted, spec),
            abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, _hash(granted, spec))
        );
    }

    function test_reverts_whenOtherCallsWereSigned() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        bytes memory signature = _sign(KEY, _hash(granted, spec));
        spec.calls[0].data = _transferData(6);
        _refuseRedemption(
            relayer,
            _context(granted, spec, signature),
            SINGLE,
            _single(granted, spec),
            abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, _hash(granted, spec))
        );
    }

    /// @dev HAZARDS 30.
    function test_reverts_whenTheKeyRedeemsAndARelayerIsNamed() public {
        Grant memory granted = _grantRelayed();
        OrderSpec memory spec = _incrementOrder(0);
        _refuseRedemption(
            key,
            _context(granted, spec, ""),
            SINGLE,
            _single(granted, spec),
            abi.encodeWithSelector(ISessionErrors.SubmitterNotAllowed.selector, key, relayer)
        );
    }

    function test_reverts_whenRedeemedTwice() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        bytes memory context = _context(granted, spec, "");
        _redeem(key, context, SINGLE, _single(granted, spec));
        _refuseRedemption(
            key,
            context,
            SINGLE,
            _single(granted, spec),
            abi.encodeWithSelector(ISessionErrors.NonceUsed.selector, 0)
        );
    }

    function test_reverts_whenAnOrderIsRedeemedThatHasRun() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        _execute(granted, spec);
        _refuseRedemption(
            key,
            _context(granted, spec, ""),
            SINGLE,
            _single(granted, spec),
            abi.encodeWithSelector(ISessionErrors.NonceUsed.selector, 0)
        );
    }

    function test_reverts_whenTheCallGoesElsewhereThanItsScope() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        _refuseRedemption(
            key,
            _context(granted, spec, ""),
            SINGLE,
            abi.encodePacked(recipient, uint256(0), _transferData(5)),
            abi.encodeWithSelector(ISessionErrors.DelegationTargetMismatch.selector, 0, recipient, address(token))
        );
    }

    function test_namesTheCall_whenTheSecondGoesElsewhere() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _twoTransfers();
        AccountCall[] memory calls = _accountCalls(granted, spec);
        calls[1].target = recipient;
        _refuseRedemption(
            key,
            _context(granted, spec, ""),
            BATCH_MODE,
            abi.encode(calls),
            abi.encodeWithSelector(ISessionErrors.DelegationTargetMismatch.selector, 1, recipient, address(token))
        );
    }

    function test_undoesAll_whenOneIsRefused() public {
        Grant memory granted = _grantTransfers();
        (bytes[] memory contexts, bytes32[] memory modes, bytes[] memory calls) = _pair(
            granted,
            _order(0, _transferData(5)),
            granted,
            _order(1, _transferData(LIMIT))
        );
        vm.prank(key);
        vm.expectRevert(
            abi.encodeWithSelector(ISessionErrors.LimitExceeded.selector, 0, address(token), uint256(LIMIT) + 5, LIMIT)
        );
        manager.redeemDelegations(contexts, modes, calls);
        assertEq(token.balanceOf(recipient), 0);
        assertFalse(_isNonceUsed(granted, 0));
        assertEq(_remaining(granted), LIMIT);
    }

    function test_reverts_whenTheGasIsLessThanWasSigned() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        bytes memory data = abi.encodeCall(
            manager.redeemDelegations,
            (_one(_context(granted, spec, "")), new bytes32[](1), _one(_single(granted, spec)))
        );
        vm.prank(key);
        (bool ok, bytes memory answer) = address(manager).call{gas: GAS_LIMIT}(data);
        assertFalse(ok);
        assertEq(bytes4(answer), ISessionErrors.InsufficientGas.selector);
    }

    /// @dev Anything but one call or several that revert on failure: trying, static and delegating calls, payloads.
    function test_reverts_inEveryOtherMode() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        bytes32[8] memory modes = [
            bytes32(uint256(1) << 240),
            bytes32((uint256(1) << 248) | (uint256(1) << 240)),
            bytes32(uint256(0xfe) << 248),
            bytes32(uint256(0xff) << 248),
            bytes32(uint256(2) << 248),
            bytes32(uint256(1)),
            bytes32((uint256(1) << 248) | 1),
            bytes32(uint256(0x78210001) << 176)
        ];
        for (uint256 i; i < modes.length; ++i) {
            _refuseRedemption(
                key,
                _context(granted, spec, ""),
                modes[i],
                _single(granted, spec),
                abi.encodeWithSelector(ISessionErrors.DelegationModeNotSupported.selector, modes[i])
            );
        }
    }

    function test_reverts_whenContextsModesAndCallsDifferInNumber() public {
        uint256[3][3] memory counts = [[uint256(1), 1, 2], [uint256(1), 2, 1], [uint256(2), 1, 1]];
        for (uint256 i; i < counts.length; ++i) {
            vm.expectRevert(ISessionErrors.DelegationLengthsDiffer.selector);
            manager.redeemDelegations(
                new bytes[](counts[i][0]),
                new bytes32[](counts[i][1]),
                new bytes[](counts[i][2])
            );
        }
    }

    function test_reverts_whenScopesAndCallsDifferInNumber() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        ISessionTypes.Delegation memory delegation = _delegation(granted, spec, "");
        delegation.scopes = new bytes[](2);
        _refuseDelegation(granted, spec, delegation, ISessionErrors.DelegationLengthsDiffer.selector);
    }

    function test_reverts_whenProofsAndCallsDifferInNumber() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        ISessionTypes.Delegation memory delegation = _delegation(granted, spec, "");
        delegation.proofs = new bytes[](0);
        _refuseDelegation(granted, spec, delegation, ISessionErrors.DelegationLengthsDiffer.selector);
    }

    function test_reverts_whenAProofIsNotOfWholeWords() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        ISessionTypes.Delegation memory delegation = _delegation(granted, spec, "");
        delegation.proofs[0] = new bytes(33);
        _refuseDelegation(granted, spec, delegation, ISessionErrors.EncodingInvalid.selector);
    }

    function test_reverts_whenAProofIsTooLong() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        ISessionTypes.Delegation memory delegation = _delegation(granted, spec, "");
        delegation.proofs[0] = new bytes(32 * 256);
        _refuseDelegation(granted, spec, delegation, ISessionErrors.EncodingInvalid.selector);
    }

    function test_reverts_whenAScopeIsTooShort() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        ISessionTypes.Delegation memory delegation = _delegation(granted, spec, "");
        delegation.scopes[0] = new bytes(21);
        _refuseDelegation(granted, spec, delegation, ISessionErrors.EncodingInvalid.selector);
    }

    function test_reverts_whenASignatureIsTooLong() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        _refuseDelegation(
            granted,
            spec,
            _delegation(granted, spec, new bytes(65_536)),
            ISessionErrors.EncodingInvalid.selector
        );
    }

    function test_reverts_whenAValueIsBeyondWhatAnOrderCanCarry() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(5));
        _refuseRedemption(
            key,
            _context(granted, spec, ""),
            SINGLE,
            abi.encodePacked(token, uint256(1) << 128, _transferData(5)),
            abi.encodeWithSelector(ISessionErrors.EncodingInvalid.selector)
        );
    }

    function test_reverts_whenThereAreMoreCallsThanAnOrderCanCarry() public {
        Grant memory granted = _grantIncrement();
        OrderSpec memory spec = _order(0);
        spec.calls = new CallSpec[](256);
        for (uint256 i; i < 256; ++i) spec.calls[i].data = abi.encodeCall(token.increment, ());
        _refuseRedemption(
            key,
            _context(granted, spec, ""),
            BATCH_MODE,
            _batch(granted, spec),
            abi.encodeWithSelector(ISessionErrors.EncodingInvalid.selector)
        );
    }

    function test_reverts_whenASingleCallHasNoTargetAndValue() public {
        Grant memory granted = _grantTransfers();
        _refuseRedemption(
            key,
            _context(granted, _order(0, _transferData(5)), ""),
            SINGLE,
            new bytes(51),
            abi.encodeWithSelector(ISessionErrors.EncodingInvalid.selector)
        );
    }

    function test_reverts_whenAContextIsNonsense() public {
        Grant memory granted = _grantTransfers();
        bytes memory calls = _single(granted, _order(0, _transferData(5)));
        vm.expectRevert();
        manager.redeemDelegations(_one(hex"1234"), new bytes32[](1), _one(calls));
    }

    function test_reverts_whenTheSessionIsRevoked() public {
        Grant memory granted = _grantTransfers();
        _revoke(granted);
        OrderSpec memory spec = _order(0, _transferData(5));
        _refuseRedemption(
            key,
            _context(granted, spec, ""),
            SINGLE,
            _single(granted, spec),
            abi.encodeWithSelector(
                ISessionErrors.SessionNotActive.selector,
                granted.id,
                ISessionTypes.SessionStatus.Revoked
            )
        );
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _twoTransfers() private view returns (OrderSpec memory) {
        return _order(0, CallSpec(0, 0, _transferData(1)), CallSpec(0, 0, _transferData(2)));
    }

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

    function _delegation(
        Grant memory granted,
        OrderSpec memory spec,
        bytes memory signature
    ) private view returns (ISessionTypes.Delegation memory delegation) {
        delegation.session = granted.packed;
        delegation.nonce = spec.nonce;
        delegation.deadline = spec.deadline;
        delegation.gasLimit = spec.gasLimit;
        delegation.signature = signature;
        delegation.scopes = new bytes[](spec.calls.length);
        delegation.proofs = new bytes[](spec.calls.length);
        for (uint256 i; i < spec.calls.length; ++i) {
            delegation.scopes[i] = manager.packScope(granted.scopes[spec.calls[i].scope]);
            delegation.proofs[i] = _proof(granted.leaves, spec.calls[i].scope);
        }
    }

    function _context(
        Grant memory granted,
        OrderSpec memory spec,
        bytes memory signature
    ) private view returns (bytes memory) {
        return abi.encode(_delegation(granted, spec, signature));
    }

    /// @dev ERC-7579, one call.
    function _single(Grant memory granted, OrderSpec memory spec) private pure returns (bytes memory) {
        AccountCall memory call = _accountCalls(granted, spec)[0];
        return abi.encodePacked(call.target, call.value, call.data);
    }

    /// @dev ERC-7579, several calls.
    function _batch(Grant memory granted, OrderSpec memory spec) private pure returns (bytes memory) {
        return abi.encode(_accountCalls(granted, spec));
    }

    function _accountCalls(
        Grant memory granted,
        OrderSpec memory spec
    ) private pure returns (AccountCall[] memory calls) {
        calls = new AccountCall[](spec.calls.length);
        for (uint256 i; i < calls.length; ++i) {
            CallSpec memory call = spec.calls[i];
            calls[i] = AccountCall(granted.scopes[call.scope].target, call.value, call.data);
        }
    }

    function _pair(
        Grant memory first,
        OrderSpec memory firstSpec,
        Grant memory second,
        OrderSpec memory secondSpec
    ) private view returns (bytes[] memory contexts, bytes32[] memory modes, bytes[] memory calls) {
        (contexts, modes, calls) = (new bytes[](2), new bytes32[](2), new bytes[](2));
        (contexts[0], contexts[1]) = (_context(first, firstSpec, ""), _context(second, secondSpec, ""));
        (calls[0], calls[1]) = (_single(first, firstSpec), _single(second, secondSpec));
    }

    function _one(bytes memory item) private pure returns (bytes[] memory items) {
        items = new bytes[](1);
        items[0] = item;
    }

    function _redeem(address redeemer, bytes memory context, bytes32 mode, bytes memory calls) private {
        bytes32[] memory modes = new bytes32[](1);
        modes[0] = mode;
        vm.prank(redeemer);
        manager.redeemDelegations(_one(context), modes, _one(calls));
    }

    function _refuseRedemption(
        address redeemer,
        bytes memory context,
        bytes32 mode,
        bytes memory calls,
        bytes memory reason
    ) private {
        vm.expectRevert(reason);
        _redeem(redeemer, context, mode, calls);
    }

    function _refuseDelegation(
        Grant memory granted,
        OrderSpec memory spec,
        ISessionTypes.Delegation memory delegation,
        bytes4 selector
    ) private {
        _refuseRedemption(
            key,
            abi.encode(delegation),
            SINGLE,
            _single(granted, spec),
            abi.encodeWithSelector(selector)
        );
    }
}
