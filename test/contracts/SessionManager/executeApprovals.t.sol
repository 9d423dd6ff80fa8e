// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileVerifier} from "../../../contracts/test/HostileVerifier.sol";
import {MultiSigner} from "../../../contracts/test/MultiSigner.sol";
import {ControlTest} from "../ControlTest.sol";

contract ExecuteApprovalsTest is ControlTest {
    uint104 private constant ABOVE = 10;
    uint256 private constant APPROVER_KEY = 0xAB9801;

    // ---------------------------------------------------------------------------------------------------------------
    // When one is needed
    // ---------------------------------------------------------------------------------------------------------------

    function test_runs_withoutApproval_upToTheThreshold() public {
        Grant memory granted = _grantApproved();
        _execute(granted, _order(0, _transferData(ABOVE)));
        assertEq(token.balanceOf(recipient), ABOVE);
        assertEq(manager.unapprovedOf(granted.packed)[0], ABOVE);
    }

    function test_reverts_withoutApproval_aboveTheThreshold() public {
        _refuseUnapproved(_grantApproved(), _order(0, _transferData(ABOVE + 1)), ABOVE + 1);
    }

    function test_splittingDoesNotHelp() public {
        Grant memory granted = _grantApproved();
        _execute(granted, _order(0, _transferData(6)));
        _refuseUnapproved(granted, _order(1, _transferData(5)), 11);
        _execute(granted, _order(1, _transferData(4)));
    }

    function test_splittingAmongCallsDoesNotHelp() public {
        OrderSpec memory spec = _order(0, CallSpec(0, 0, _transferData(6)), CallSpec(0, 0, _transferData(5)));
        _refuseUnapproved(_grantApproved(), spec, 11);
    }

    function test_splittingAmongOrdersOfABatchDoesNotHelp() public {
        Grant memory granted = _grantApproved();
        (bytes4 first, bytes4 second) = _executeBatch(
            _signed(granted, _order(0, _transferData(6))),
            _signed(granted, _order(1, _transferData(6)))
        );
        assertEq(first, bytes4(0));
        assertEq(second, ISessionErrors.ApprovalMissing.selector);
        assertEq(manager.unapprovedOf(granted.packed)[0], 6);
    }

    function test_runs_withApproval_aboveTheThreshold() public {
        Grant memory granted = _grantApproved();
        _execute(_approved(granted, _order(0, _transferData(LIMIT))));
        assertEq(token.balanceOf(recipient), LIMIT);
    }

    function test_anApprovedOrderResetsTheCount() public {
        Grant memory granted = _grantApproved();
        _execute(granted, _order(0, _transferData(ABOVE)));
        _execute(_approved(granted, _order(1, _transferData(50))));
        assertEq(manager.unapprovedOf(granted.packed)[0], 0);
        _execute(granted, _order(2, _transferData(ABOVE)));
        _refuseUnapproved(granted, _order(3, _transferData(1)), ABOVE + 1);
    }

    function test_anApprovedOrderBelowTheThresholdResetsTheCountToo() public {
        Grant memory granted = _grantApproved();
        _execute(granted, _order(0, _transferData(ABOVE)));
        _execute(_approved(granted, _order(1, _transferData(1))));
        assertEq(manager.unapprovedOf(granted.packed)[0], 0);
    }

    function test_theNextPeriodResetsTheCount() public {
        Grant memory granted = _grantApproved();
        _execute(granted, _order(0, _transferData(ABOVE)));
        vm.warp(START + PERIOD);
        assertEq(manager.unapprovedOf(granted.packed)[0], 0);
        _execute(granted, _order(1, _transferData(ABOVE)));
    }

    function test_theApprovedOrderStillHasItsLimit() public {
        Grant memory granted = _grantApproved();
        _refuse(
            _approved(granted, _order(0, _transferData(LIMIT + 1))),
            abi.encodeWithSelector(ISessionErrors.LimitExceeded.selector, 0, address(token), LIMIT + 1, LIMIT)
        );
    }

    function test_countsEachLimitApart() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, PERIOD), _limit(address(token), LIMIT, 0));
        session.limits[1].approveAbove = ABOVE;
        session.approver = abi.encodePacked(vm.addr(APPROVER_KEY));
        Grant memory granted = _grant(session, _transferScope());
        _execute(granted, _order(0, _transferData(ABOVE)));
        assertEq(manager.unapprovedOf(granted.packed)[0], 0);
        assertEq(manager.unapprovedOf(granted.packed)[1], ABOVE);
        vm.warp(START + PERIOD);
        _refuse(
            granted,
            _order(1, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.ApprovalMissing.selector, 1, ABOVE + 1, ABOVE)
        );
    }

    function test_failsInABatchAndUsesTheNonce_withoutApproval() public {
        Grant memory granted = _grantApproved();
        assertEq(
            _executeBatch(_signed(granted, _order(0, _transferData(ABOVE + 1)))),
            ISessionErrors.ApprovalMissing.selector
        );
        assertTrue(_isNonceUsed(granted, 0));
        assertEq(token.balanceOf(recipient), 0);
    }

    function test_countsLossesUnderANetLimit() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, PERIOD), _limit(address(token), LIMIT, PERIOD));
        session.limits[1].kind = ISessionTypes.LimitKind.Net;
        session.limits[1].approveAbove = ABOVE;
        session.approver = abi.encodePacked(vm.addr(APPROVER_KEY));
        Grant memory granted = _grant(session, _transferScope());
        // To the account itself: gross, but no loss.
        _execute(granted, _order(0, abi.encodeCall(token.transfer, (account, 50))));
        assertEq(manager.unapprovedOf(granted.packed)[1], 0);
        _refuse(
            granted,
            _order(1, _transferData(ABOVE + 1)),
            abi.encodeWithSelector(ISessionErrors.ApprovalMissing.selector, 1, ABOVE + 1, ABOVE)
        );
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Which one
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenAnotherApproved() public {
        Grant memory granted = _grantApproved();
        OrderSpec memory spec = _order(0, _transferData(50));
        uint256[3] memory others = [KEY, OWNER_KEY, STRANGER_KEY];
        for (uint256 i; i < others.length; ++i) {
            bytes memory approval = _sign(others[i], manager.hashApproval(_hash(granted, spec)));
            _refuse(_withApproval(granted, spec, approval), _approvalInvalid(granted, spec));
        }
    }

    /// @dev Even where none is needed: what is given must be right.
    function test_reverts_whenAnotherApproved_belowTheThreshold() public {
        Grant memory granted = _grantApproved();
        OrderSpec memory spec = _order(0, _transferData(1));
        bytes memory approval = _sign(STRANGER_KEY, manager.hashApproval(_hash(granted, spec)));
        _refuse(_withApproval(granted, spec, approval), _approvalInvalid(granted, spec));
    }

    function test_reverts_whenTheOrderItselfWasSignedForApproval() public {
        Grant memory granted = _grantApproved();
        OrderSpec memory spec = _order(0, _transferData(50));
        bytes memory approval = _sign(APPROVER_KEY, _hash(granted, spec));
        _refuse(_withApproval(granted, spec, approval), _approvalInvalid(granted, spec));
    }

    function test_reverts_whenAnotherOrderWasApproved() public {
        Grant memory granted = _grantApproved();
        bytes memory approval = _sign(APPROVER_KEY, manager.hashApproval(_hash(granted, _order(0, _transferData(50)))));
        OrderSpec memory spec = _order(0, _transferData(51));
        _refuse(_withApproval(granted, spec, approval), _approvalInvalid(granted, spec));
    }

    function test_reverts_whenTheApproverApprovesInsteadOfTheKey() public {
        Grant memory granted = _grantApproved();
        OrderSpec memory spec = _order(0, _transferData(50));
        bytes32 orderHash = _hash(granted, spec);
        bytes memory approval = _sign(APPROVER_KEY, manager.hashApproval(orderHash));
        _refuse(
            _pack(granted, spec, _sign(APPROVER_KEY, orderHash), "", approval),
            abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, orderHash)
        );
    }

    function test_reverts_whenTheSessionHasNoApprover_butAnApprovalIsGiven() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(1));
        _refuse(
            _withApproval(granted, spec, _sign(APPROVER_KEY, manager.hashApproval(_hash(granted, spec)))),
            abi.encodeWithSelector(ISessionErrors.EncodingInvalid.selector)
        );
    }

    /// @dev A session with leases has room for leases, not for approvals.
    function test_reverts_whenOnlyLeasesAreTaken_butAnApprovalIsGiven() public {
        ISessionTypes.Session memory session = _session();
        (session.sentinel, session.leaseTtl) = (sentinel, 60);
        Grant memory granted = _grant(session, _scope(address(token), token.increment.selector));
        OrderSpec memory spec = _incrementOrder(0);
        bytes memory lease = abi.encodePacked(START, _sign(SENTINEL_KEY, manager.hashLease(granted.id, START)));
        bytes memory approval = _sign(APPROVER_KEY, manager.hashApproval(_hash(granted, spec)));
        _refuse(
            _pack(granted, spec, _sign(KEY, _hash(granted, spec)), lease, approval),
            abi.encodeWithSelector(ISessionErrors.EncodingInvalid.selector)
        );
    }

    function test_runs_withLeaseAndApproval() public {
        ISessionTypes.Session memory session = _approvedSession(abi.encodePacked(vm.addr(APPROVER_KEY)));
        (session.sentinel, session.leaseTtl) = (sentinel, 60);
        Grant memory granted = _grant(session, _transferScope());
        OrderSpec memory spec = _order(0, _transferData(50));
        bytes memory lease = abi.encodePacked(START, _sign(SENTINEL_KEY, manager.hashLease(granted.id, START)));
        bytes memory approval = _sign(APPROVER_KEY, manager.hashApproval(_hash(granted, spec)));
        _execute(_pack(granted, spec, _sign(KEY, _hash(granted, spec)), lease, approval));
        assertEq(token.balanceOf(recipient), 50);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Kinds of approver
    // ---------------------------------------------------------------------------------------------------------------

    function test_runs_whenTwoOfThreeApproved() public {
        MultiSigner approver = _deployMultiSigner();
        Grant memory granted = _grant(_approvedSession(abi.encodePacked(approver)), _transferScope());
        OrderSpec memory spec = _order(0, _transferData(50));
        bytes32 digest = _multiDigest(approver, _approvalStruct(granted, spec));
        bytes memory approval = _nestedSignature(
            _multiSignature(OWNER_KEY, GUARDIAN_KEY, digest),
            _approvalStruct(granted, spec),
            "Approval(bytes32 orderHash)"
        );
        _execute(_withApproval(granted, spec, approval));
        assertEq(token.balanceOf(recipient), 50);
    }

    function test_reverts_whenOneOfThreeApproved() public {
        MultiSigner approver = _deployMultiSigner();
        Grant memory granted = _grant(_approvedSession(abi.encodePacked(approver)), _transferScope());
        OrderSpec memory spec = _order(0, _transferData(50));
        bytes32 digest = _multiDigest(approver, _approvalStruct(granted, spec));
        bytes memory approval = _nestedSignature(
            _multiSignature(OWNER_KEY, digest),
            _approvalStruct(granted, spec),
            "Approval(bytes32 orderHash)"
        );
        _refuse(_withApproval(granted, spec, approval), _approvalInvalid(granted, spec));
    }

    function test_reverts_whenAStrangerIsOneOfTwoThatApproved() public {
        MultiSigner approver = _deployMultiSigner();
        Grant memory granted = _grant(_approvedSession(abi.encodePacked(approver)), _transferScope());
        OrderSpec memory spec = _order(0, _transferData(50));
        bytes32 digest = _multiDigest(approver, _approvalStruct(granted, spec));
        bytes memory approval = _nestedSignature(
            _multiSignature(OWNER_KEY, STRANGER_KEY, digest),
            _approvalStruct(granted, spec),
            "Approval(bytes32 orderHash)"
        );
        _refuse(_withApproval(granted, spec, approval), _approvalInvalid(granted, spec));
    }

    function test_runs_whenAP256KeyApproved() public {
        (uint256 x, uint256 y) = vm.publicKeyP256(APPROVER_KEY);
        address verifier = _deploy("ERC7913P256Verifier.sol:ERC7913P256Verifier");
        Grant memory granted = _grant(_approvedSession(abi.encodePacked(verifier, x, y)), _transferScope());
        OrderSpec memory spec = _order(0, _transferData(50));
        bytes memory approval = _signP256(APPROVER_KEY, manager.hashApproval(_hash(granted, spec)));
        _execute(_withApproval(granted, spec, approval));
        assertEq(token.balanceOf(recipient), 50);
    }

    function test_reverts_whateverAContractApproverAnswersInstead() public {
        HostileVerifier verifier = HostileVerifier(_deploy("HostileVerifier.sol:HostileVerifier"));
        Grant memory granted = _grant(_approvedSession(abi.encodePacked(verifier)), _transferScope());
        OrderSpec memory spec = _order(0, _transferData(50));
        bytes memory order = _withApproval(granted, spec, "signature");
        verifier.set(HostileVerifier.Behaviour.Answer, "");
        _refuse(order, _approvalInvalid(granted, spec));
        verifier.set(HostileVerifier.Behaviour.Revert, abi.encode(bytes4(0x1626ba7e)));
        _refuse(order, _approvalInvalid(granted, spec));
        verifier.set(HostileVerifier.Behaviour.Answer, abi.encode(bytes4(0x1626ba7e)));
        _execute(order);
    }

    /// @dev An approver that loses its code approves nothing any more.
    function test_reverts_whenAContractApproverHasNoCode() public {
        MultiSigner approver = _deployMultiSigner();
        Grant memory granted = _grant(_approvedSession(abi.encodePacked(approver)), _transferScope());
        vm.etch(address(approver), "");
        OrderSpec memory spec = _order(0, _transferData(50));
        _refuse(_withApproval(granted, spec, "signature"), _approvalInvalid(granted, spec));
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _approvedSession(bytes memory approver) private view returns (ISessionTypes.Session memory session) {
        session = _session(_limit(address(token), LIMIT, PERIOD));
        session.limits[0].approveAbove = ABOVE;
        session.approver = approver;
    }

    function _grantApproved() private returns (Grant memory) {
        return _grant(_approvedSession(abi.encodePacked(vm.addr(APPROVER_KEY))), _transferScope());
    }

    function _deployMultiSigner() private returns (MultiSigner) {
        bytes[] memory signers = new bytes[](3);
        signers[0] = abi.encodePacked(vm.addr(OWNER_KEY));
        signers[1] = abi.encodePacked(vm.addr(SENTINEL_KEY));
        signers[2] = abi.encodePacked(vm.addr(GUARDIAN_KEY));
        return MultiSigner(_deploy("MultiSigner.sol:MultiSigner", abi.encode(signers, uint64(2))));
    }

    function _approvalStruct(Grant memory granted, OrderSpec memory spec) private view returns (bytes32) {
        return keccak256(abi.encode(keccak256("Approval(bytes32 orderHash)"), _hash(granted, spec)));
    }

    function _multiDigest(MultiSigner signer, bytes32 structHash) private view returns (bytes32) {
        return _nestedDigest(address(signer), "MultiSigner", structHash, "Approval", "Approval(bytes32 orderHash)");
    }

    function _approved(Grant memory granted, OrderSpec memory spec) private view returns (bytes memory) {
        return _withApproval(granted, spec, _sign(APPROVER_KEY, manager.hashApproval(_hash(granted, spec))));
    }

    function _withApproval(
        Grant memory granted,
        OrderSpec memory spec,
        bytes memory approval
    ) private view returns (bytes memory) {
        return _pack(granted, spec, _sign(KEY, _hash(granted, spec)), "", approval);
    }

    function _approvalInvalid(Grant memory granted, OrderSpec memory spec) private view returns (bytes memory) {
        return abi.encodeWithSelector(ISessionErrors.ApprovalInvalid.selector, _hash(granted, spec));
    }

    function _refuseUnapproved(Grant memory granted, OrderSpec memory spec, uint256 unapproved) private {
        _refuse(granted, spec, abi.encodeWithSelector(ISessionErrors.ApprovalMissing.selector, 0, unapproved, ABOVE));
    }
}
