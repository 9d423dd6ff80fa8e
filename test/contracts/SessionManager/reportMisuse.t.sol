// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {ControlTest} from "../ControlTest.sol";

contract ReportMisuseTest is ControlTest {
    HostileTarget internal target;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What proves misuse
    // ---------------------------------------------------------------------------------------------------------------

    function test_emitsMisuseProvenAndSessionRevoked() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _stray(granted);
        bytes memory signature = _signOrder(order);
        bytes[] memory scopes = _packedScopes(granted);
        bytes32 orderHash = manager.hashOrder(order);
        vm.expectEmit(address(manager));
        emit ISessionEvents.MisuseProven(granted.id, orderHash, relayer);
        vm.expectEmit(address(manager));
        emit ISessionEvents.SessionRevoked(account, granted.id, relayer);
        vm.prank(relayer);
        manager.reportMisuse(granted.packed, order, signature, scopes);
    }

    function test_revokes_whenNoScopeNamesTheTarget() public {
        Grant memory granted = _grantStrict();
        _assertProven(granted, _stray(granted));
    }

    function test_revokes_whenNoScopeNamesTheSelector() public {
        Grant memory granted = _grantStrict();
        _assertProven(granted, _orderOf(granted, address(token), 0, abi.encodeCall(token.approve, (recipient, 1))));
    }

    function test_revokes_whenTheValueIsTooHigh() public {
        Grant memory granted = _grantStrict();
        _assertProven(granted, _orderOf(granted, address(token), 1, _transferData(5)));
    }

    function test_revokes_whenTheValueIsBeyondWhatAnOrderCanCarry() public {
        Grant memory granted = _grantStrict();
        _assertProven(granted, _orderOf(granted, address(token), type(uint256).max, _transferData(5)));
    }

    function test_revokes_whenATransferIsShort() public {
        Grant memory granted = _grantStrict();
        _assertProven(
            granted,
            _orderOf(granted, address(token), 0, abi.encodePacked(token.transfer.selector, uint256(1)))
        );
    }

    function test_revokes_whenThereIsNoSelector() public {
        Grant memory granted = _grantStrict();
        _assertProven(granted, _orderOf(granted, address(token), 0, hex"a9059c"));
    }

    function test_revokes_whenARuleIsBroken() public {
        Grant memory granted = _grantStrict();
        _assertProven(granted, _orderOf(granted, address(token), 0, _transferData(6)));
    }

    function test_revokes_whenARulesWordIsOutOfBounds() public {
        ISessionTypes.Scope memory scope = _scope(address(target), target.take.selector);
        scope.rules = _rules(_rule(ISessionTypes.RuleOp.AtMost, 1000, bytes32(uint256(1))));
        Grant memory granted = _grantEnding(_session(), _scopes(scope));
        _assertProven(granted, _orderOf(granted, address(target), 0, abi.encodeCall(target.take, (""))));
    }

    function test_revokes_whenTheAccountItselfIsCalled() public {
        Grant memory granted = _grantStrict();
        _assertProven(granted, _orderOf(granted, account, 0, _transferData(1)));
    }

    function test_revokes_whenTheManagerIsCalled() public {
        Grant memory granted = _grantStrict();
        _assertProven(granted, _orderOf(granted, address(manager), 0, abi.encodeCall(manager.revokeAll, ())));
    }

    function test_revokes_whenTheSecondOfTwoCallsStrays() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _stray(granted);
        ISessionTypes.Call memory stray = order.calls[0];
        order.calls = new ISessionTypes.Call[](2);
        order.calls[0] = ISessionTypes.Call(address(token), 0, _transferData(5), granted.leaves[0]);
        order.calls[1] = stray;
        _assertProven(granted, order);
    }

    function test_revokes_whenAnotherAccountIsWhereTheAccountMustBe() public {
        ISessionTypes.Scope memory scope = _scope(address(target), target.draw.selector);
        scope.rules = _rules(_rule(ISessionTypes.RuleOp.IsAccount, 0));
        Grant memory granted = _grantEnding(_session(), _scopes(scope));
        _assertProven(granted, _orderOf(granted, address(target), 0, abi.encodeCall(target.draw, (token, 1))));
    }

    function test_revokes_whenTheNonceReachesMaxOrders_withoutScopes() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _orderOf(granted, address(token), 0, _transferData(5));
        order.nonce = MAX_ORDERS;
        bytes memory signature = _signOrder(order);
        manager.reportMisuse(granted.packed, order, signature, new bytes[](0));
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    /// @dev The key signed it, whenever that was good for.
    function test_revokes_whenTheOrdersDeadlineIsPast() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _stray(granted);
        order.deadline = START - 1;
        _assertProven(granted, order);
    }

    function test_revokes_whenSuspended() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.sentinel = sentinel;
        Grant memory granted = _grantEnding(session, _scopes(_transferScope()));
        _suspend(granted);
        _assertProven(granted, _stray(granted));
    }

    function test_revokes_whenPaused() public {
        Grant memory granted = _grantStrict();
        _pause();
        _assertProven(granted, _stray(granted));
    }

    function test_revokes_whenOneOfManyScopesIsNear() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        ISessionTypes.Scope[] memory scopes = new ISessionTypes.Scope[](7);
        for (uint256 i; i < 7; ++i) scopes[i] = _scope(address(target), bytes4(uint32(0x11223344 + i)));
        Grant memory granted = _grantEnding(session, scopes);
        _assertProven(granted, _orderOf(granted, address(target), 0, abi.encodePacked(bytes4(0x1122334b))));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // By which keys
    // ---------------------------------------------------------------------------------------------------------------

    function test_revokes_whenAContractKeySignedByErc1271() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        // A key that is itself an account of the owner's; it signs through ERC-7739.
        address contractKey = factory.createAccount(vm.addr(STRANGER_KEY), 0);
        session.signer = abi.encodePacked(contractKey);
        Grant memory granted = _grantEnding(session, _scopes(_transferScope()));
        ISessionTypes.Order memory order = _stray(granted);
        bytes memory signature = _personalSignature(contractKey, manager.hashOrder(order));
        _report(granted, order, signature);
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_revokes_whenAP256KeySigned() public {
        uint256 privateKey = 0x9256;
        (uint256 x, uint256 y) = vm.publicKeyP256(privateKey);
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.signer = abi.encodePacked(_deploy("ERC7913P256Verifier.sol:ERC7913P256Verifier"), x, y);
        Grant memory granted = _grantEnding(session, _scopes(_transferScope()));
        ISessionTypes.Order memory order = _stray(granted);
        _report(granted, order, _signP256(privateKey, manager.hashOrder(order)));
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What proves nothing
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenTheOrderIsHonest() public {
        Grant memory granted = _grantStrict();
        _refuseHonest(granted, _orderOf(granted, address(token), 0, _transferData(5)));
    }

    function test_reverts_whenTheOrderHasNoCalls() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _stray(granted);
        order.calls = new ISessionTypes.Call[](0);
        _refuseHonest(granted, order);
    }

    /// @dev An order above a limit is refused when it runs; it is no misuse of a scope.
    function test_reverts_whenTheOrderExceedsALimit() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        Grant memory granted = _grantEnding(session, _scopes(_transferScope()));
        _refuseHonest(granted, _orderOf(granted, address(token), 0, _transferData(LIMIT + 1)));
    }

    /// @dev A call that names a scope which does not admit it is admitted by another all the same.
    function test_reverts_whenAnotherScopeThanTheNamedAdmitsTheCall() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _orderOf(granted, address(token), 0, _transferData(5));
        order.calls[0].scope = keccak256("no scope");
        _refuseHonest(granted, order);
    }

    function test_reverts_whenTheHighestNonceIsUsed() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _orderOf(granted, address(token), 0, _transferData(5));
        order.nonce = MAX_ORDERS - 1;
        _refuseHonest(granted, order);
    }

    /// @dev What the policy would have said is not asked.
    function test_reverts_whenAScopeWithAPolicyOtherwiseMatches() public {
        ISessionTypes.Scope memory scope = _scope(address(target), target.ping.selector);
        scope.policy = address(token);
        Grant memory granted = _grantEnding(_session(), _scopes(scope));
        ISessionTypes.Order memory order = _orderOf(granted, address(target), 0, abi.encodeCall(target.ping, ()));
        _refuseHonest(granted, order);
    }

    function test_revokes_whenAScopeWithAPolicyDoesNotMatchOtherwise() public {
        ISessionTypes.Scope memory scope = _scope(address(target), target.ping.selector);
        scope.policy = address(token);
        Grant memory granted = _grantEnding(_session(), _scopes(scope));
        _assertProven(granted, _orderOf(granted, address(target), 1, abi.encodeCall(target.ping, ())));
    }

    function test_reverts_whenPlainTransfersAreGranted() public {
        Grant memory granted = _grantEnding(
            _session(_limit(NATIVE_TOKEN, LIMIT, 0)),
            _scopes(_nativeScope(recipient, 5))
        );
        _refuseHonest(granted, _orderOf(granted, recipient, 5, ""));
        _assertProven(granted, _orderOf(granted, recipient, 5, hex"00"));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What is no proof at all
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenAScopeIsMissingInTheList() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        Grant memory granted = _grantEnding(
            session,
            _scopes(_transferScope(), _scope(address(token), token.transferFrom.selector))
        );
        ISessionTypes.Order memory order = _orderOf(granted, address(token), 0, _transferData(5));
        bytes[] memory scopes = new bytes[](1);
        uint256 other = 1 - _position(granted, address(token), token.transfer.selector);
        scopes[0] = manager.packScope(granted.scopes[other]);
        _refuseReport(
            granted,
            order,
            scopes,
            abi.encodeWithSelector(
                ISessionErrors.ScopesRootMismatch.selector,
                granted.session.scopesRoot,
                granted.leaves[other]
            )
        );
    }

    function test_reverts_whenThereAreNoScopes() public {
        Grant memory granted = _grantStrict();
        _refuseReport(
            granted,
            _stray(granted),
            new bytes[](0),
            abi.encodeWithSelector(ISessionErrors.NoScopes.selector)
        );
    }

    function test_reverts_whenTheScopesAreNotSorted() public {
        Grant memory granted = _grantEnding(
            _session(_limit(address(token), LIMIT, PERIOD)),
            _scopes(_transferScope(), _scope(address(token), token.transferFrom.selector))
        );
        bytes[] memory scopes = _packedScopes(granted);
        (scopes[0], scopes[1]) = (scopes[1], scopes[0]);
        _refuseReport(
            granted,
            _stray(granted),
            scopes,
            abi.encodeWithSelector(ISessionErrors.ScopesNotSorted.selector, 1)
        );
    }

    function test_reverts_whenAScopeComesTwice() public {
        Grant memory granted = _grantStrict();
        bytes[] memory scopes = new bytes[](2);
        scopes[0] = scopes[1] = _packedScopes(granted)[0];
        _refuseReport(
            granted,
            _stray(granted),
            scopes,
            abi.encodeWithSelector(ISessionErrors.ScopesNotSorted.selector, 1)
        );
    }

    function test_reverts_whenAnotherKeySigned() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _stray(granted);
        bytes32 orderHash = manager.hashOrder(order);
        bytes[] memory scopes = _packedScopes(granted);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, orderHash));
        manager.reportMisuse(granted.packed, order, _sign(STRANGER_KEY, orderHash), scopes);
    }

    /// @dev The key itself may submit without signing, which must not be mistaken for a signature here.
    function test_reverts_whenTheKeyReportsWithoutASignature() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _stray(granted);
        bytes32 orderHash = manager.hashOrder(order);
        bytes[] memory scopes = _packedScopes(granted);
        vm.prank(key);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, orderHash));
        manager.reportMisuse(granted.packed, order, "", scopes);
    }

    function test_reverts_whenSignedForAnotherChain() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _stray(granted);
        bytes memory signature = _signOrder(order);
        bytes[] memory scopes = _packedScopes(granted);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(ISessionErrors.SignatureInvalid.selector);
        manager.reportMisuse(granted.packed, order, signature, scopes);
    }

    function test_reverts_whenTheOrderIsOfAnotherSession() public {
        Grant memory granted = _grantStrict();
        ISessionTypes.Order memory order = _stray(_grantTransfers());
        _refuseReport(
            granted,
            order,
            _packedScopes(granted),
            abi.encodeWithSelector(ISessionErrors.OrderOfOtherSession.selector, order.sessionId, granted.id)
        );
    }

    function test_reverts_whenTheSessionDoesNotEndByMisuse() public {
        Grant memory granted = _grantTransfers();
        _refuseReport(
            granted,
            _stray(granted),
            _packedScopes(granted),
            abi.encodeWithSelector(ISessionErrors.MisuseNotEnding.selector, granted.id)
        );
    }

    /// @dev Otherwise anyone with a key of their own could block ids that name another's account.
    function test_reverts_whenNotGranted() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.revokeOnMisuse = true;
        Grant memory prepared = _prepare(session, _scopes(_transferScope()));
        _refuseReport(
            prepared,
            _stray(prepared),
            _packedScopes(prepared),
            _notActive(prepared, ISessionTypes.SessionStatus.None)
        );
    }

    function test_reverts_whenAlreadyRevoked() public {
        Grant memory granted = _grantStrict();
        _revoke(granted);
        _refuseReport(
            granted,
            _stray(granted),
            _packedScopes(granted),
            _notActive(granted, ISessionTypes.SessionStatus.Revoked)
        );
    }

    // ---------------------------------------------------------------------------------------------------------------

    /// @dev Transfers of at most 5, ended by misuse.
    function _grantStrict() private returns (Grant memory) {
        ISessionTypes.Scope memory scope = _transferScope();
        scope.rules = _rules(_rule(ISessionTypes.RuleOp.AtMost, 32, bytes32(uint256(5))));
        return _grantEnding(_session(_limit(address(token), LIMIT, PERIOD)), _scopes(scope));
    }

    function _grantEnding(
        ISessionTypes.Session memory session,
        ISessionTypes.Scope[] memory scopes
    ) private returns (Grant memory) {
        session.revokeOnMisuse = true;
        return _grant(session, scopes);
    }

    function _stray(Grant memory granted) private view returns (ISessionTypes.Order memory) {
        return _orderOf(granted, recipient, 0, _transferData(1));
    }

    function _orderOf(
        Grant memory granted,
        address to,
        uint256 value,
        bytes memory data
    ) private view returns (ISessionTypes.Order memory order) {
        order = _typed(granted, _order(0));
        order.calls = new ISessionTypes.Call[](1);
        order.calls[0] = ISessionTypes.Call(to, value, data, granted.leaves[0]);
    }

    function _signOrder(ISessionTypes.Order memory order) private view returns (bytes memory) {
        return _sign(KEY, manager.hashOrder(order));
    }

    /// @dev As the stranger signs for an account of his own (ERC-7739, personal).
    function _personalSignature(address contractKey, bytes32 digest) private view returns (bytes memory) {
        return _sign(STRANGER_KEY, _personalDigest(contractKey, "Latchkey SessionAccount", digest));
    }

    function _packedScopes(Grant memory granted) private view returns (bytes[] memory scopes) {
        scopes = new bytes[](granted.scopes.length);
        for (uint256 i; i < scopes.length; ++i) scopes[i] = manager.packScope(granted.scopes[i]);
    }

    function _report(Grant memory granted, ISessionTypes.Order memory order, bytes memory signature) private {
        bytes[] memory scopes = _packedScopes(granted);
        vm.prank(relayer);
        manager.reportMisuse(granted.packed, order, signature, scopes);
    }

    function _assertProven(Grant memory granted, ISessionTypes.Order memory order) private {
        _report(granted, order, _signOrder(order));
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function _refuseHonest(Grant memory granted, ISessionTypes.Order memory order) private {
        _refuseReport(
            granted,
            order,
            _packedScopes(granted),
            abi.encodeWithSelector(ISessionErrors.MisuseNotProven.selector, manager.hashOrder(order))
        );
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
    }

    function _refuseReport(
        Grant memory granted,
        ISessionTypes.Order memory order,
        bytes[] memory scopes,
        bytes memory reason
    ) private {
        bytes memory signature = _signOrder(order);
        vm.prank(relayer);
        vm.expectRevert(reason);
        manager.reportMisuse(granted.packed, order, signature, scopes);
    }

    function _notActive(Grant memory granted, ISessionTypes.SessionStatus status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ISessionErrors.SessionNotActive.selector, granted.id, status);
    }
}
