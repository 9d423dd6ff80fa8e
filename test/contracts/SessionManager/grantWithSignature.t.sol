// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {SignedGrantTest} from "../SignedGrantTest.sol";

/// @dev HAZARDS 13, 14 and 32.
contract GrantWithSignatureTest is SignedGrantTest {
    uint48 private constant DEADLINE = START + 1 hours;

    function test_publishesSessionAndScopes() public {
        Grant memory prepared = _prepareFull();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        bytes[] memory packedScopes = new bytes[](2);
        for (uint256 i; i < 2; ++i) packedScopes[i] = manager.packScope(prepared.scopes[i]);
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionGranted(
            account,
            prepared.id,
            prepared.session.signer,
            prepared.packed,
            packedScopes
        );
        manager.grantWithSignature(prepared.session, prepared.scopes, DEADLINE, signature);
    }

    function test_grants_whenTheOwnerSigned() public {
        Grant memory prepared = _prepareFull();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        vm.prank(relayer);
        assertEq(manager.grantWithSignature(prepared.session, prepared.scopes, DEADLINE, signature), prepared.id);
        _assertStatus(prepared, ISessionTypes.SessionStatus.Active);
    }

    function test_grants_whenADelegatedEoaSigned() public {
        _useDelegatedAccount();
        Grant memory prepared = _prepareFull();
        manager.grantWithSignature(prepared.session, prepared.scopes, DEADLINE, _signedPlainly(prepared));
        _assertStatus(prepared, ISessionTypes.SessionStatus.Active);
    }

    function test_lets_theGrantedSessionRun() public {
        Grant memory prepared = _prepareTransfers();
        _submit(prepared, _signedByOwner(prepared, DEADLINE));
        _execute(prepared, _order(0, _transferData(1)));
        assertEq(token.balanceOf(recipient), 1);
    }

    function test_leavesTheControlNonce_soThatGrantsMayBeSubmittedInAnyOrder() public {
        Grant memory prepared = _prepareTransfers();
        _submit(prepared, _signedByOwner(prepared, DEADLINE));
        assertEq(manager.accountStateOf(account).controlNonce, 0);
    }

    function test_grants_atItsDeadline() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        vm.warp(DEADLINE);
        _submit(prepared, signature);
        _assertStatus(prepared, ISessionTypes.SessionStatus.Active);
    }

    function test_reverts_afterItsDeadline() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.ControlExpired.selector, DEADLINE, DEADLINE + 1));
        _submit(prepared, signature);
    }

    function test_reverts_whenReplayed() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        _submit(prepared, signature);
        _refuseKnown(prepared, signature, ISessionTypes.SessionStatus.Active);
    }

    function test_reverts_whenReplayedAfterARevocation() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        _submit(prepared, signature);
        _revoke(prepared);
        _refuseKnown(prepared, signature, ISessionTypes.SessionStatus.Revoked);
    }

    function test_reverts_whenRevokedBefore() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        _revoke(prepared);
        _refuseKnown(prepared, signature, ISessionTypes.SessionStatus.Revoked);
    }

    function test_reverts_whenAllWereRevokedSince() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        vm.prank(account);
        manager.revokeAll();
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.EpochMismatch.selector, 0, 1));
        _submit(prepared, signature);
    }

    function test_reverts_whenAnotherDeadlineWasSigned() public {
        Grant memory prepared = _prepareTransfers();
        _refuseSignature(prepared, _signedByOwner(prepared, DEADLINE - 1));
    }

    function test_reverts_whenAnotherSessionWasSigned() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        prepared.session.salt = bytes32(uint256(1));
        _refuseSignature(prepared, signature);
    }

    function test_reverts_whenAnotherLimitWasSigned() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        prepared.session.limits[0].amount += 1;
        _refuseSignature(prepared, signature);
    }

    function test_reverts_whenOtherScopesWereSigned() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        prepared.scopes[0].maxValue = 1;
        _refuseSignature(prepared, signature);
    }

    function test_reverts_whenTheKeySigned() public {
        Grant memory prepared = _prepareTransfers();
        _refuseSignature(prepared, _sign(KEY, _digestOf(_hashGrant(prepared.session, prepared.scopes, DEADLINE))));
    }

    function test_reverts_whenTheOwnerSignedForNoAccount() public {
        Grant memory prepared = _prepareTransfers();
        _refuseSignature(prepared, _signedPlainly(prepared));
    }

    function test_reverts_whenSignedForAnotherAccountOfTheOwner() public {
        Grant memory prepared = _prepareTransfers();
        address mine = account;
        account = factory.createAccount(owner, bytes32(uint256(1)));
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        account = mine;
        _refuseSignature(prepared, signature);
    }

    function test_reverts_onAnotherChain() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        vm.chainId(block.chainid + 1);
        _refuseSignature(prepared, signature);
    }

    function test_reverts_forAnotherManager() public {
        Grant memory prepared = _prepareTransfers();
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        manager = _deployManager();
        _refuseSignature(prepared, signature);
    }

    function test_reverts_whenAScopeIsForbidden() public {
        Grant memory prepared = _prepare(_session(), _scopes(_scope(account, token.increment.selector)));
        bytes memory signature = _signedByOwner(prepared, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.TargetForbidden.selector, 0, account));
        _submit(prepared, signature);
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _prepareTransfers() private view returns (Grant memory) {
        return _prepare(_session(_limit(address(token), LIMIT, PERIOD)), _scopes(_transferScope()));
    }

    /// @dev Every field is used, so that none can be left out of what is signed.
    function _prepareFull() private view returns (Grant memory) {
        ISessionTypes.Session memory session = _session();
        session.minInterval = 1;
        session.relayer = relayer;
        (session.sentinel, session.sentinelMayRevoke, session.leaseTtl) = (recipient, true, 60);
        session.approver = abi.encodePacked(recipient, "a longer approver");
        session.revokeOnMisuse = true;
        session.salt = keccak256("salt");
        session.limits = _limits(_limit(address(token), LIMIT, PERIOD), _limit(address(token), LIMIT, 0));
        session.limits[0].approveAbove = 5;
        ISessionTypes.Scope memory strict = _transferScope();
        strict.rules = new ISessionTypes.Rule[](2);
        strict.rules[0] = _rule(ISessionTypes.RuleOp.NotEqual, 0, bytes32(uint256(7)));
        strict.rules[1] = _rule(ISessionTypes.RuleOp.OneOf, 32);
        strict.rules[1].values = new bytes32[](2);
        strict.rules[1].values[0] = bytes32(uint256(1));
        ISessionTypes.Scope memory pull = _spendScope(recipient, 0x11223344, address(token));
        pull.policy = address(token);
        return _prepare(session, _scopes(strict, pull));
    }

    function _signedPlainly(Grant memory prepared) private view returns (bytes memory) {
        return _sign(OWNER_KEY, _digestOf(_hashGrant(prepared.session, prepared.scopes, DEADLINE)));
    }

    function _signedByOwner(Grant memory prepared, uint48 deadline) private view returns (bytes memory) {
        bytes32 structHash = _hashGrant(prepared.session, prepared.scopes, deadline);
        bytes32 digest = _nestedDigest(account, "Latchkey SessionAccount", structHash, "Grant", _grantType());
        return _nestedSignature(_sign(OWNER_KEY, digest), structHash, _grantType());
    }

    function _submit(Grant memory prepared, bytes memory signature) private {
        manager.grantWithSignature(prepared.session, prepared.scopes, DEADLINE, signature);
    }

    function _refuseSignature(Grant memory prepared, bytes memory signature) private {
        bytes32 digest = _digestOf(_hashGrant(prepared.session, prepared.scopes, DEADLINE));
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.ControlSignatureInvalid.selector, digest));
        _submit(prepared, signature);
    }

    function _refuseKnown(Grant memory prepared, bytes memory signature, ISessionTypes.SessionStatus status) private {
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SessionAlreadyKnown.selector, prepared.id, status));
        _submit(prepared, signature);
    }
}
