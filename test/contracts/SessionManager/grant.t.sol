// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {BaseTest} from "../BaseTest.sol";

contract GrantTest is BaseTest {
    // ---------------------------------------------------------------------------------------------------------------
    // What a grant does
    // ---------------------------------------------------------------------------------------------------------------

    function test_publishesSessionAndScopes() public {
        ISessionTypes.Scope[] memory scopes = _scopes(
            _transferScope(),
            _scope(address(token), token.transferFrom.selector)
        );
        Grant memory granted = _prepare(_session(_limit(address(token), LIMIT, PERIOD)), scopes);
        bytes[] memory packedScopes = new bytes[](2);
        for (uint256 i; i < 2; ++i) packedScopes[i] = manager.packScope(granted.scopes[i]);
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionGranted(account, granted.id, granted.session.signer, granted.packed, packedScopes);
        vm.prank(account);
        assertEq(manager.grant(granted.session, granted.scopes), granted.id);
    }

    function test_activates() public {
        _assertStatus(_grantTransfers(), ISessionTypes.SessionStatus.Active);
    }

    function test_activates_whenTheOwnerCallsThroughTheAccount() public {
        Grant memory granted = _prepare(_session(), _scopes(_scope(address(token), token.increment.selector)));
        _accountExecute(address(manager), abi.encodeCall(manager.grant, (granted.session, granted.scopes)));
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
    }

    function test_grants_withFifteenLimits() public {
        ISessionTypes.Session memory session = _session();
        session.limits = new ISessionTypes.Limit[](15);
        for (uint256 i; i < 15; ++i) session.limits[i] = _limit(address(token), LIMIT, uint32(i));
        assertEq(manager.remaining(_grant(session, _transferScope()).packed).length, 15);
    }

    function test_grants_whenTheValidityIsAYear() public {
        ISessionTypes.Session memory session = _session();
        session.validUntil = START + MAX_DURATION;
        _assertStatus(_grant(session, _increment()), ISessionTypes.SessionStatus.Active);
    }

    function test_grants_beforeValidAfter() public {
        ISessionTypes.Session memory session = _session();
        (session.validAfter, session.validUntil) = (START + 1 days, START + 2 days);
        _assertStatus(_grant(session, _increment()), ISessionTypes.SessionStatus.Pending);
    }

    function test_grants_wrappedNativeDepositAndWithdrawOfALimitedToken() public {
        ISessionTypes.Scope[] memory scopes = _scopes(
            _scope(address(token), bytes4(keccak256("deposit()"))),
            _scope(address(token), bytes4(keccak256("withdraw(uint256)")))
        );
        Grant memory granted = _grant(_session(_limit(address(token), LIMIT, PERIOD)), scopes);
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Who, when, once
    // ---------------------------------------------------------------------------------------------------------------

    function testFuzz_reverts_whenCalledByAnother(address caller) public {
        vm.assume(caller != account);
        Grant memory granted = _prepare(_session(), _scopes(_increment()));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.GrantNotByAccount.selector, account, caller));
        manager.grant(granted.session, granted.scopes);
    }

    function test_reverts_whenGrantedTwice() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISessionErrors.SessionAlreadyKnown.selector,
                granted.id,
                ISessionTypes.SessionStatus.Active
            )
        );
        manager.grant(granted.session, granted.scopes);
    }

    function test_reverts_whenRevoked() public {
        Grant memory granted = _grantTransfers();
        _revoke(granted);
        vm.prank(account);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISessionErrors.SessionAlreadyKnown.selector,
                granted.id,
                ISessionTypes.SessionStatus.Revoked
            )
        );
        manager.grant(granted.session, granted.scopes);
    }

    function test_reverts_whenTheEpochIsNotTheAccounts() public {
        ISessionTypes.Session memory session = _session();
        session.epoch = 1;
        _refuseGrant(session, abi.encodeWithSelector(ISessionErrors.EpochMismatch.selector, 1, 0));
    }

    function test_reverts_whenTheSessionIsOver() public {
        ISessionTypes.Session memory session = _session();
        (session.validAfter, session.validUntil) = (START - 1 days, START);
        _refuseGrant(session, abi.encodeWithSelector(ISessionErrors.ValidityOver.selector, START, START));
    }

    function test_reverts_whenItEndsAsItBegins() public {
        _refuseValidity(START, START);
    }

    function test_reverts_whenItEndsBeforeItBegins() public {
        _refuseValidity(START + 2, START + 1);
    }

    function test_reverts_whenItLastsLongerThanAYear() public {
        _refuseValidity(START, START + MAX_DURATION + 1);
    }

    function test_reverts_whenNoOrdersAreAllowed() public {
        ISessionTypes.Session memory session = _session();
        session.maxOrders = 0;
        _refuseGrant(session, abi.encodeWithSelector(ISessionErrors.MaxOrdersZero.selector));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Signer
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenTheSignerIsShorterThanAnAddress() public {
        for (uint256 length; length < 20; ++length) {
            ISessionTypes.Session memory session = _session();
            session.signer = new bytes(length);
            session.scopesRoot = manager.hashScope(_increment());
            vm.prank(account);
            vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SignerInvalid.selector, session.signer));
            manager.grant(session, _scopes(_increment()));
        }
    }

    function test_reverts_whenTheSignerIsZero() public {
        _refuseSigner(address(0));
    }

    function test_reverts_whenTheSignerIsTheAccount() public {
        _refuseSigner(account);
    }

    function test_reverts_whenTheSignerIsTheManager() public {
        _refuseSigner(address(manager));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Limits
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenThereAreSixteenLimits() public {
        ISessionTypes.Session memory session = _session();
        session.limits = new ISessionTypes.Limit[](16);
        for (uint256 i; i < 16; ++i) session.limits[i] = _limit(address(token), LIMIT, uint32(i));
        session.scopesRoot = manager.hashScope(_transferScope());
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.TooManyLimits.selector, 16, 15));
        manager.grant(session, _scopes(_transferScope()));
    }

    function test_reverts_whenALimitHasNoToken() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, 0), _limit(address(0), LIMIT, 0));
        _refuseGrant(session, abi.encodeWithSelector(ISessionErrors.LimitTokenZero.selector, 1));
    }

    function test_reverts_whenALimitHasNoAmount() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), 0, PERIOD));
        _refuseGrant(session, abi.encodeWithSelector(ISessionErrors.LimitAmountZero.selector, 0));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Scopes
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenThereAreNoScopes() public {
        ISessionTypes.Session memory session = _session();
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.NoScopes.selector));
        manager.grant(session, new ISessionTypes.Scope[](0));
    }

    function test_reverts_whenTheRootIsNotThatOfTheScopes() public {
        ISessionTypes.Session memory session = _session();
        session.scopesRoot = keccak256("another");
        bytes32 leaf = manager.hashScope(_increment());
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.ScopesRootMismatch.selector, session.scopesRoot, leaf));
        manager.grant(session, _scopes(_increment()));
    }

    function test_reverts_whenTheScopesAreNotSorted() public {
        Grant memory granted = _prepare(_session(), _scopes(_increment(), _scope(address(token), token.mint.selector)));
        ISessionTypes.Scope[] memory swapped = _scopes(granted.scopes[1], granted.scopes[0]);
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.ScopesNotSorted.selector, 1));
        manager.grant(granted.session, swapped);
    }

    function test_reverts_whenAScopeComesTwice() public {
        Grant memory granted = _prepare(_session(), _scopes(_increment(), _increment()));
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.ScopesNotSorted.selector, 1));
        manager.grant(granted.session, granted.scopes);
    }

    function test_reverts_whenATargetIsZero() public {
        _refuseTarget(address(0));
    }

    function test_reverts_whenATargetIsTheAccount() public {
        _refuseTarget(account);
    }

    function test_reverts_whenATargetIsTheManager() public {
        _refuseTarget(address(manager));
    }

    function test_reverts_whenASecondScopeIsForbidden() public {
        ISessionTypes.Scope memory bad = _scope(address(manager), token.increment.selector);
        Grant memory prepared = _prepare(_session(), _scopes(_increment(), bad));
        uint256 position = _position(prepared, address(manager), token.increment.selector);
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.TargetForbidden.selector, position, address(manager)));
        manager.grant(prepared.session, prepared.scopes);
    }

    function test_reverts_whenATransferHasNoLimit() public {
        _refuseScope(
            _session(),
            _transferScope(),
            abi.encodeWithSelector(ISessionErrors.LimitMissing.selector, 0, address(token))
        );
    }

    function test_reverts_whenATransferFromHasNoLimit() public {
        _refuseScope(
            _session(_limit(NATIVE_TOKEN, LIMIT, 0)),
            _scope(address(token), token.transferFrom.selector),
            abi.encodeWithSelector(ISessionErrors.LimitMissing.selector, 0, address(token))
        );
    }

    function test_reverts_whenValueHasNoNativeLimit() public {
        _refuseScope(
            _session(_limit(address(token), LIMIT, 0)),
            _nativeScope(recipient, 1),
            abi.encodeWithSelector(ISessionErrors.LimitMissing.selector, 0, NATIVE_TOKEN)
        );
    }

    function test_reverts_whenASpendTokenHasNoLimit() public {
        _refuseScope(
            _session(_limit(NATIVE_TOKEN, LIMIT, 0)),
            _spendScope(recipient, 0x11223344, address(token)),
            abi.encodeWithSelector(ISessionErrors.LimitMissing.selector, 0, address(token))
        );
    }

    function test_reverts_whenAnotherFunctionOfALimitedTokenIsNamed() public {
        _refuseScope(
            _session(_limit(address(token), LIMIT, 0)),
            _scope(address(token), token.mint.selector),
            abi.encodeWithSelector(ISessionErrors.SelectorForbidden.selector, 0, address(token), token.mint.selector)
        );
    }

    function test_reverts_whenPlainTransfersToALimitedTokenAreNamed() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, 0), _limit(NATIVE_TOKEN, LIMIT, 0));
        _refuseScope(
            session,
            _nativeScope(address(token), 1),
            abi.encodeWithSelector(ISessionErrors.SelectorForbidden.selector, 0, address(token), bytes4(0))
        );
    }

    function test_reverts_whenASpendTokenComesWithoutAMethod() public {
        ISessionTypes.Scope memory scope = _scope(recipient, 0x11223344);
        scope.spendToken = address(token);
        _refuseSpend(scope);
    }

    function test_reverts_whenASpendMethodComesWithoutAToken() public {
        _refuseSpend(_spendScope(recipient, 0x11223344, address(0)));
    }

    function test_reverts_whenTheSpendTokenIsTheTarget() public {
        _refuseSpend(_spendScope(address(token), bytes4(keccak256("deposit()")), address(token)));
        _refuseSpend(_spendScope(address(token), token.transfer.selector, address(token)));
    }

    function test_reverts_whenTheSpendTokenIsNative() public {
        _refuseSpend(_spendScope(recipient, 0x11223344, NATIVE_TOKEN));
    }

    function test_reverts_whenATokensTransferSpendsAnother() public {
        _refuseSpend(_spendScope(address(token), token.transfer.selector, recipient));
        _refuseSpend(_spendScope(address(token), token.transferFrom.selector, recipient));
    }

    function test_reverts_whenAPlainTransferSpends() public {
        _refuseSpend(_spendScope(recipient, 0, address(token)));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Rules
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenThereAreTooManyRules() public {
        ISessionTypes.Scope memory scope = _increment();
        scope.rules = new ISessionTypes.Rule[](256);
        for (uint256 i; i < 256; ++i) scope.rules[i] = _rule(ISessionTypes.RuleOp.IsAccount, 0);
        _refuseScope(_session(), scope, abi.encodeWithSelector(ISessionErrors.TooManyRules.selector, 0, 256, 255));
    }

    function test_grants_withAsManyRulesAsFit() public {
        ISessionTypes.Scope memory scope = _increment();
        scope.rules = new ISessionTypes.Rule[](255);
        for (uint256 i; i < 255; ++i) scope.rules[i] = _rule(ISessionTypes.RuleOp.IsAccount, 0);
        _assertStatus(_grant(_session(), scope), ISessionTypes.SessionStatus.Active);
    }

    function test_reverts_whenARuleHasTheWrongNumberOfValues() public {
        for (uint8 op; op < 6; ++op) {
            for (uint256 count; count <= 17; ++count) {
                bool fits =
                    op == uint8(ISessionTypes.RuleOp.OneOf)
                        ? count >= 1 && count <= 16
                        : count == (op == uint8(ISessionTypes.RuleOp.IsAccount) ? 0 : 1);
                if (!fits) _refuseRule(ISessionTypes.RuleOp(op), count, 0x11223344);
            }
        }
    }

    function test_reverts_whenAPlainTransferHasARule() public {
        _refuseRule(ISessionTypes.RuleOp.IsAccount, 0, 0);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Sentinel, approver, policy
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenALeaseIsNeededOfNobody() public {
        ISessionTypes.Session memory session = _session();
        session.leaseTtl = 60;
        _refuseGrant(session, abi.encodeWithSelector(ISessionErrors.SentinelInvalid.selector, address(0)));
    }

    function test_reverts_whenNobodyMayRevoke() public {
        ISessionTypes.Session memory session = _session();
        session.sentinelMayRevoke = true;
        _refuseGrant(session, abi.encodeWithSelector(ISessionErrors.SentinelInvalid.selector, address(0)));
    }

    function test_reverts_whenTheSentinelIsTheKey() public {
        ISessionTypes.Session memory session = _session();
        session.sentinel = key;
        _refuseGrant(session, abi.encodeWithSelector(ISessionErrors.SentinelInvalid.selector, key));
    }

    function test_grants_withASentinelThatLeases() public {
        ISessionTypes.Session memory session = _session();
        (session.sentinel, session.leaseTtl, session.sentinelMayRevoke) = (relayer, 60, true);
        _assertStatus(_grant(session, _increment()), ISessionTypes.SessionStatus.Active);
    }

    function test_reverts_whenTheApproverIsTooShort() public {
        _refuseApprover(new bytes(19));
    }

    function test_reverts_whenTheApproverIsNobody() public {
        _refuseApprover(new bytes(20));
    }

    function test_reverts_whenTheApproverIsTheKey() public {
        _refuseApprover(abi.encodePacked(key));
    }

    function test_reverts_whenALimitNeedsAnApproverThatIsNotNamed() public {
        ISessionTypes.Limit memory limit = _limit(address(token), LIMIT, PERIOD);
        limit.approveAbove = 1;
        _refuseGrant(_session(limit), abi.encodeWithSelector(ISessionErrors.ApproverMissing.selector, 0));
    }

    function test_reverts_whenThePolicyHasNoCode() public {
        _refusePolicy(recipient);
    }

    function test_reverts_whenThePolicyIsTheAccount() public {
        _refusePolicy(account);
    }

    function test_reverts_whenThePolicyIsTheManager() public {
        _refusePolicy(address(manager));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Kinds of limits
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenAnInventoryIsPeriodic() public {
        ISessionTypes.Limit memory limit = _limit(address(token), 0, PERIOD);
        limit.kind = ISessionTypes.LimitKind.Inventory;
        _refuseGrant(_session(limit), abi.encodeWithSelector(ISessionErrors.InventoryPeriodic.selector, 0, PERIOD));
    }

    function test_grants_anInventoryOfNothing() public {
        ISessionTypes.Limit memory limit = _limit(address(token), 0, 0);
        limit.kind = ISessionTypes.LimitKind.Inventory;
        _assertStatus(_grant(_session(limit), _scope(recipient, 0x11223344)), ISessionTypes.SessionStatus.Active);
    }

    function test_reverts_whenATransferHasANetLimitOnly() public {
        ISessionTypes.Limit memory limit = _limit(address(token), LIMIT, PERIOD);
        limit.kind = ISessionTypes.LimitKind.Net;
        _refuseScope(
            _session(limit),
            _transferScope(),
            abi.encodeWithSelector(ISessionErrors.LimitMissing.selector, 0, address(token))
        );
    }

    function test_reverts_whenAPlainTransferHasANetLimitOnly() public {
        ISessionTypes.Limit memory limit = _limit(NATIVE_TOKEN, LIMIT, PERIOD);
        limit.kind = ISessionTypes.LimitKind.Net;
        _refuseScope(
            _session(limit),
            _nativeScope(recipient, 1),
            abi.encodeWithSelector(ISessionErrors.LimitMissing.selector, 0, NATIVE_TOKEN)
        );
    }

    function test_grants_valueWithDataUnderANetLimit() public {
        ISessionTypes.Limit memory limit = _limit(NATIVE_TOKEN, LIMIT, PERIOD);
        limit.kind = ISessionTypes.LimitKind.Net;
        ISessionTypes.Scope memory scope = _scope(recipient, 0x11223344);
        scope.maxValue = 1;
        _assertStatus(_grant(_session(limit), scope), ISessionTypes.SessionStatus.Active);
    }

    function test_reverts_whenASpendTokenHasAnInventoryOnly() public {
        ISessionTypes.Limit memory limit = _limit(address(token), LIMIT, 0);
        limit.kind = ISessionTypes.LimitKind.Inventory;
        _refuseScope(
            _session(limit),
            _spendScope(recipient, 0x11223344, address(token)),
            abi.encodeWithSelector(ISessionErrors.LimitMissing.selector, 0, address(token))
        );
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _increment() private view returns (ISessionTypes.Scope memory) {
        return _scope(address(token), token.increment.selector);
    }

    function _refuseGrant(ISessionTypes.Session memory session, bytes memory reason) private {
        _refuseScope(session, _scope(recipient, 0x11223344), reason);
    }

    function _refuseScope(
        ISessionTypes.Session memory session,
        ISessionTypes.Scope memory scope,
        bytes memory reason
    ) private {
        // Packing does not judge, so a scope no grant takes has a leaf all the same.
        session.scopesRoot = manager.hashScope(scope);
        vm.prank(account);
        vm.expectRevert(reason);
        manager.grant(session, _scopes(scope));
    }

    function _refuseApprover(bytes memory approver) private {
        ISessionTypes.Session memory session = _session();
        session.approver = approver;
        _refuseGrant(session, abi.encodeWithSelector(ISessionErrors.ApproverInvalid.selector, approver));
    }

    function _refusePolicy(address policy) private {
        ISessionTypes.Scope memory scope = _increment();
        scope.policy = policy;
        _refuseScope(_session(), scope, abi.encodeWithSelector(ISessionErrors.PolicyInvalid.selector, 0, policy));
    }

    function _refuseValidity(uint48 validAfter, uint48 validUntil) private {
        ISessionTypes.Session memory session = _session();
        (session.validAfter, session.validUntil) = (validAfter, validUntil);
        _refuseGrant(
            session,
            abi.encodeWithSelector(ISessionErrors.ValidityInvalid.selector, validAfter, validUntil, MAX_DURATION)
        );
    }

    function _refuseSigner(address signer) private {
        ISessionTypes.Session memory session = _session();
        session.signer = abi.encodePacked(signer);
        _refuseGrant(session, abi.encodeWithSelector(ISessionErrors.SignerInvalid.selector, session.signer));
    }

    function _refuseTarget(address target) private {
        _refuseScope(
            _session(),
            _scope(target, 0x11223344),
            abi.encodeWithSelector(ISessionErrors.TargetForbidden.selector, 0, target)
        );
    }

    function _refuseSpend(ISessionTypes.Scope memory scope) private {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, 0), _limit(NATIVE_TOKEN, LIMIT, 0));
        _refuseScope(
            session,
            scope,
            abi.encodeWithSelector(ISessionErrors.SpendTokenInvalid.selector, 0, scope.spendToken, scope.spendMethod)
        );
    }

    function _refuseRule(ISessionTypes.RuleOp op, uint256 count, bytes4 selector) private {
        ISessionTypes.Scope memory scope = _scope(recipient, selector);
        ISessionTypes.Rule memory rule = _rule(op, 0);
        rule.values = new bytes32[](count);
        scope.rules = _rules(rule);
        _refuseScope(_session(), scope, abi.encodeWithSelector(ISessionErrors.RuleInvalid.selector, 0, 0));
    }
}
