// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionManager} from "../../../contracts/interfaces/ISessionManager.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {BaseTest} from "../BaseTest.sol";

contract GrantTest is BaseTest {
    // ---------------------------------------------------------------------------------------------------------------
    // What a grant does
    // ---------------------------------------------------------------------------------------------------------------

    function test_publishesSessionAndScopes() public {
        ISessionManager.Scope[] memory scopes = _scopes(
            _transferScope(),
            _scope(address(token), token.transferFrom.selector)
        );
        Grant memory granted = _prepare(_session(_limit(address(token), LIMIT, PERIOD)), scopes);
        bytes[] memory packedScopes = new bytes[](2);
        for (uint256 i; i < 2; ++i) packedScopes[i] = manager.packScope(granted.scopes[i]);
        vm.expectEmit(address(manager));
        emit ISessionManager.SessionGranted(account, granted.id, granted.session.signer, granted.packed, packedScopes);
        vm.prank(account);
        assertEq(manager.grant(granted.session, granted.scopes), granted.id);
    }

    function test_activates() public {
        _assertStatus(_grantTransfers(), ISessionManager.SessionStatus.Active);
    }

    function test_activates_whenTheOwnerCallsThroughTheAccount() public {
        Grant memory granted = _prepare(_session(), _scopes(_scope(address(token), token.increment.selector)));
        _accountExecute(address(manager), abi.encodeCall(manager.grant, (granted.session, granted.scopes)));
        _assertStatus(granted, ISessionManager.SessionStatus.Active);
    }

    function test_grants_withFifteenLimits() public {
        ISessionManager.Session memory session = _session();
        session.limits = new ISessionManager.Limit[](15);
        for (uint256 i; i < 15; ++i) session.limits[i] = _limit(address(token), LIMIT, uint32(i));
        assertEq(manager.remaining(_grant(session, _transferScope()).packed).length, 15);
    }

    function test_grants_whenTheValidityIsAYear() public {
        ISessionManager.Session memory session = _session();
        session.validUntil = START + MAX_DURATION;
        _assertStatus(_grant(session, _increment()), ISessionManager.SessionStatus.Active);
    }

    function test_grants_beforeValidAfter() public {
        ISessionManager.Session memory session = _session();
        (session.validAfter, session.validUntil) = (START + 1 days, START + 2 days);
        _assertStatus(_grant(session, _increment()), ISessionManager.SessionStatus.Pending);
    }

    function test_grants_wrappedNativeDepositAndWithdrawOfALimitedToken() public {
        ISessionManager.Scope[] memory scopes = _scopes(
            _scope(address(token), bytes4(keccak256("deposit()"))),
            _scope(address(token), bytes4(keccak256("withdraw(uint256)")))
        );
        Grant memory granted = _grant(_session(_limit(address(token), LIMIT, PERIOD)), scopes);
        _assertStatus(granted, ISessionManager.SessionStatus.Active);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Who, when, once
    // ---------------------------------------------------------------------------------------------------------------

    function testFuzz_reverts_whenCalledByAnother(address caller) public {
        vm.assume(caller != account);
        Grant memory granted = _prepare(_session(), _scopes(_increment()));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ISessionManager.GrantNotByAccount.selector, account, caller));
        manager.grant(granted.session, granted.scopes);
    }

    function test_reverts_whenGrantedTwice() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISessionManager.SessionAlreadyKnown.selector,
                granted.id,
                ISessionManager.SessionStatus.Active
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
                ISessionManager.SessionAlreadyKnown.selector,
                granted.id,
                ISessionManager.SessionStatus.Revoked
            )
        );
        manager.grant(granted.session, granted.scopes);
    }

    function test_reverts_whenTheEpochIsNotTheAccounts() public {
        ISessionManager.Session memory session = _session();
        session.epoch = 1;
        _refuseGrant(session, abi.encodeWithSelector(ISessionManager.EpochMismatch.selector, 1, 0));
    }

    function test_reverts_whenTheSessionIsOver() public {
        ISessionManager.Session memory session = _session();
        (session.validAfter, session.validUntil) = (START - 1 days, START);
        _refuseGrant(session, abi.encodeWithSelector(ISessionManager.ValidityOver.selector, START, START));
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
        ISessionManager.Session memory session = _session();
        session.maxOrders = 0;
        _refuseGrant(session, abi.encodeWithSelector(ISessionManager.MaxOrdersZero.selector));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Signer
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenTheSignerIsShorterThanAnAddress() public {
        for (uint256 length; length < 20; ++length) {
            ISessionManager.Session memory session = _session();
            session.signer = new bytes(length);
            session.scopesRoot = manager.hashScope(_increment());
            vm.prank(account);
            vm.expectRevert(abi.encodeWithSelector(ISessionManager.SignerInvalid.selector, session.signer));
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
        ISessionManager.Session memory session = _session();
        session.limits = new ISessionManager.Limit[](16);
        for (uint256 i; i < 16; ++i) session.limits[i] = _limit(address(token), LIMIT, uint32(i));
        session.scopesRoot = manager.hashScope(_transferScope());
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionManager.TooManyLimits.selector, 16, 15));
        manager.grant(session, _scopes(_transferScope()));
    }

    function test_reverts_whenALimitHasNoToken() public {
        ISessionManager.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, 0), _limit(address(0), LIMIT, 0));
        _refuseGrant(session, abi.encodeWithSelector(ISessionManager.LimitTokenZero.selector, 1));
    }

    function test_reverts_whenALimitHasNoAmount() public {
        ISessionManager.Session memory session = _session(_limit(address(token), 0, PERIOD));
        _refuseGrant(session, abi.encodeWithSelector(ISessionManager.LimitAmountZero.selector, 0));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Scopes
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenThereAreNoScopes() public {
        ISessionManager.Session memory session = _session();
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionManager.NoScopes.selector));
        manager.grant(session, new ISessionManager.Scope[](0));
    }

    function test_reverts_whenTheRootIsNotThatOfTheScopes() public {
        ISessionManager.Session memory session = _session();
        session.scopesRoot = keccak256("another");
        bytes32 leaf = manager.hashScope(_increment());
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionManager.ScopesRootMismatch.selector, session.scopesRoot, leaf));
        manager.grant(session, _scopes(_increment()));
    }

    function test_reverts_whenTheScopesAreNotSorted() public {
        Grant memory granted = _prepare(_session(), _scopes(_increment(), _scope(address(token), token.mint.selector)));
        ISessionManager.Scope[] memory swapped = _scopes(granted.scopes[1], granted.scopes[0]);
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionManager.ScopesNotSorted.selector, 1));
        manager.grant(granted.session, swapped);
    }

    function test_reverts_whenAScopeComesTwice() public {
        Grant memory granted = _prepare(_session(), _scopes(_increment(), _increment()));
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionManager.ScopesNotSorted.selector, 1));
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
        ISessionManager.Scope memory bad = _scope(address(manager), token.increment.selector);
        Grant memory prepared = _prepare(_session(), _scopes(_increment(), bad));
        uint256 position = _position(prepared, address(manager), token.increment.selector);
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionManager.TargetForbidden.selector, position, address(manager)));
        manager.grant(prepared.session, prepared.scopes);
    }

    function test_reverts_whenATransferHasNoLimit() public {
        _refuseScope(
            _session(),
            _transferScope(),
            abi.encodeWithSelector(ISessionManager.LimitMissing.selector, 0, address(token))
        );
    }

    function test_reverts_whenATransferFromHasNoLimit() public {
        _refuseScope(
            _session(_limit(NATIVE_TOKEN, LIMIT, 0)),
            _scope(address(token), token.transferFrom.selector),
            abi.encodeWithSelector(ISessionManager.LimitMissing.selector, 0, address(token))
        );
    }

    function test_reverts_whenValueHasNoNativeLimit() public {
        _refuseScope(
            _session(_limit(address(token), LIMIT, 0)),
            _nativeScope(recipient, 1),
            abi.encodeWithSelector(ISessionManager.LimitMissing.selector, 0, NATIVE_TOKEN)
        );
    }

    function test_reverts_whenASpendTokenHasNoLimit() public {
        _refuseScope(
            _session(_limit(NATIVE_TOKEN, LIMIT, 0)),
            _spendScope(recipient, 0x11223344, address(token)),
            abi.encodeWithSelector(ISessionManager.LimitMissing.selector, 0, address(token))
        );
    }

    function test_reverts_whenAnotherFunctionOfALimitedTokenIsNamed() public {
        _refuseScope(
            _session(_limit(address(token), LIMIT, 0)),
            _scope(address(token), token.mint.selector),
            abi.encodeWithSelector(ISessionManager.SelectorForbidden.selector, 0, address(token), token.mint.selector)
        );
    }

    function test_reverts_whenPlainTransfersToALimitedTokenAreNamed() public {
        ISessionManager.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, 0), _limit(NATIVE_TOKEN, LIMIT, 0));
        _refuseScope(
            session,
            _nativeScope(address(token), 1),
            abi.encodeWithSelector(ISessionManager.SelectorForbidden.selector, 0, address(token), bytes4(0))
        );
    }

    function test_reverts_whenASpendTokenComesWithoutAMethod() public {
        ISessionManager.Scope memory scope = _scope(recipient, 0x11223344);
        scope.spendToken = address(token);
        _refuseSpend(scope);
    }

    function test_reverts_whenASpendMethodComesWithoutAToken() public {
        _refuseSpend(_spendScope(recipient, 0x11223344, address(0)));
    }

    function test_reverts_whenTheSpendTokenIsTheTarget() public {
        _refuseSpend(_spendScope(address(token), token.transfer.selector, address(token)));
    }

    function test_reverts_whenTheSpendTokenIsNative() public {
        _refuseSpend(_spendScope(recipient, 0x11223344, NATIVE_TOKEN));
    }

    function test_reverts_whenAPlainTransferSpends() public {
        _refuseSpend(_spendScope(recipient, 0, address(token)));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Rules
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenThereAreTooManyRules() public {
        ISessionManager.Scope memory scope = _increment();
        scope.rules = new ISessionManager.Rule[](256);
        for (uint256 i; i < 256; ++i) scope.rules[i] = _rule(ISessionManager.RuleOp.IsAccount, 0);
        _refuseScope(_session(), scope, abi.encodeWithSelector(ISessionManager.TooManyRules.selector, 0, 256, 255));
    }

    function test_grants_withAsManyRulesAsFit() public {
        ISessionManager.Scope memory scope = _increment();
        scope.rules = new ISessionManager.Rule[](255);
        for (uint256 i; i < 255; ++i) scope.rules[i] = _rule(ISessionManager.RuleOp.IsAccount, 0);
        _assertStatus(_grant(_session(), scope), ISessionManager.SessionStatus.Active);
    }

    function test_reverts_whenARuleHasTheWrongNumberOfValues() public {
        for (uint8 op; op < 6; ++op) {
            for (uint256 count; count <= 17; ++count) {
                bool fits =
                    op == uint8(ISessionManager.RuleOp.OneOf)
                        ? count >= 1 && count <= 16
                        : count == (op == uint8(ISessionManager.RuleOp.IsAccount) ? 0 : 1);
                if (!fits) _refuseRule(ISessionManager.RuleOp(op), count, 0x11223344);
            }
        }
    }

    function test_reverts_whenAPlainTransferHasARule() public {
        _refuseRule(ISessionManager.RuleOp.IsAccount, 0, 0);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What is not enforced yet is refused
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenTheAccountIsAnErc7579Account() public {
        ISessionManager.Session memory session = _session();
        session.accountKind = ISessionManager.AccountKind.Erc7579;
        _refuseField(session, "accountKind");
    }

    function test_reverts_whenTheAccountIsASafe() public {
        ISessionManager.Session memory session = _session();
        session.accountKind = ISessionManager.AccountKind.Safe;
        _refuseField(session, "accountKind");
    }

    function test_reverts_whenTheSignerIsLongerThanAnAddress() public {
        ISessionManager.Session memory session = _session();
        session.signer = abi.encodePacked(key, "more");
        _refuseField(session, "signer");
    }

    function test_reverts_whenThereIsASentinel() public {
        ISessionManager.Session memory session = _session();
        session.sentinel = relayer;
        _refuseField(session, "sentinel");
    }

    function test_reverts_whenTheSentinelMayRevoke() public {
        ISessionManager.Session memory session = _session();
        session.sentinelMayRevoke = true;
        _refuseField(session, "sentinelMayRevoke");
    }

    function test_reverts_whenALeaseIsNeeded() public {
        ISessionManager.Session memory session = _session();
        session.leaseTtl = 60;
        _refuseField(session, "leaseTtl");
    }

    function test_reverts_whenThereIsAnApprover() public {
        ISessionManager.Session memory session = _session();
        session.approver = abi.encodePacked(relayer);
        _refuseField(session, "approver");
    }

    function test_reverts_whenMisuseRevokes() public {
        ISessionManager.Session memory session = _session();
        session.revokeOnMisuse = true;
        _refuseField(session, "revokeOnMisuse");
    }

    function test_reverts_whenALimitIsNet() public {
        _refuseKind(ISessionManager.LimitKind.Net);
    }

    function test_reverts_whenALimitIsAnInventory() public {
        _refuseKind(ISessionManager.LimitKind.Inventory);
    }

    function test_reverts_whenALimitNeedsApproval() public {
        ISessionManager.Limit memory limit = _limit(address(token), LIMIT, PERIOD);
        limit.approveAbove = 1;
        _refuseField(_session(limit), "limit.approveAbove");
    }

    function test_reverts_whenAScopeHasAPolicy() public {
        ISessionManager.Scope memory scope = _increment();
        scope.policy = relayer;
        _refuseScope(
            _session(),
            scope,
            abi.encodeWithSelector(ISessionManager.FieldNotSupported.selector, "scope.policy")
        );
    }

    function test_reverts_whenAScopeSpendsByPermit2() public {
        ISessionManager.Scope memory scope = _spendScope(recipient, 0x11223344, address(token));
        scope.spendMethod = ISessionManager.SpendMethod.Permit2;
        _refuseScope(
            _session(_limit(address(token), LIMIT, 0)),
            scope,
            abi.encodeWithSelector(ISessionManager.FieldNotSupported.selector, "scope.spendMethod")
        );
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _increment() private view returns (ISessionManager.Scope memory) {
        return _scope(address(token), token.increment.selector);
    }

    function _refuseGrant(ISessionManager.Session memory session, bytes memory reason) private {
        _refuseScope(session, _scope(recipient, 0x11223344), reason);
    }

    function _refuseScope(
        ISessionManager.Session memory session,
        ISessionManager.Scope memory scope,
        bytes memory reason
    ) private {
        // Packing does not judge, so a scope no grant takes has a leaf all the same.
        session.scopesRoot = manager.hashScope(scope);
        vm.prank(account);
        vm.expectRevert(reason);
        manager.grant(session, _scopes(scope));
    }

    function _refuseField(ISessionManager.Session memory session, string memory field) private {
        _refuseGrant(session, abi.encodeWithSelector(ISessionManager.FieldNotSupported.selector, field));
    }

    function _refuseKind(ISessionManager.LimitKind kind) private {
        ISessionManager.Limit memory limit = _limit(address(token), LIMIT, PERIOD);
        limit.kind = kind;
        _refuseField(_session(limit), "limit.kind");
    }

    function _refuseValidity(uint48 validAfter, uint48 validUntil) private {
        ISessionManager.Session memory session = _session();
        (session.validAfter, session.validUntil) = (validAfter, validUntil);
        _refuseGrant(
            session,
            abi.encodeWithSelector(ISessionManager.ValidityInvalid.selector, validAfter, validUntil, MAX_DURATION)
        );
    }

    function _refuseSigner(address signer) private {
        ISessionManager.Session memory session = _session();
        session.signer = abi.encodePacked(signer);
        _refuseGrant(session, abi.encodeWithSelector(ISessionManager.SignerInvalid.selector, session.signer));
    }

    function _refuseTarget(address target) private {
        _refuseScope(
            _session(),
            _scope(target, 0x11223344),
            abi.encodeWithSelector(ISessionManager.TargetForbidden.selector, 0, target)
        );
    }

    function _refuseSpend(ISessionManager.Scope memory scope) private {
        ISessionManager.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, 0), _limit(NATIVE_TOKEN, LIMIT, 0));
        _refuseScope(
            session,
            scope,
            abi.encodeWithSelector(ISessionManager.SpendTokenInvalid.selector, 0, scope.spendToken, scope.spendMethod)
        );
    }

    function _refuseRule(ISessionManager.RuleOp op, uint256 count, bytes4 selector) private {
        ISessionManager.Scope memory scope = _scope(recipient, selector);
        ISessionManager.Rule memory rule = _rule(op, 0);
        rule.values = new bytes32[](count);
        scope.rules = _rules(rule);
        _refuseScope(_session(), scope, abi.encodeWithSelector(ISessionManager.RuleInvalid.selector, 0, 0));
    }
}
