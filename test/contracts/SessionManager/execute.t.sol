// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev What an order does, and each check before its calls. Limits and allowances: executeLimits, executeAllowances.
contract ExecuteTest is BaseTest {
    HostileTarget internal target;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What an order does
    // ---------------------------------------------------------------------------------------------------------------

    function test_transfers() public {
        _execute(_grantTransfers(), _order(0, _transferData(5)));
        assertEq(token.balanceOf(recipient), 5);
        assertEq(token.balanceOf(account), BALANCE - 5);
    }

    function test_emitsOrderExecuted() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(7, _transferData(5));
        bytes32 orderHash = _hash(granted, order);
        vm.expectEmit(address(manager));
        emit ISessionEvents.OrderExecuted(granted.id, orderHash, 7);
        _execute(granted, order);
    }

    function test_sendsNative() public {
        Grant memory granted = _grant(_session(_limit(NATIVE_TOKEN, LIMIT, 0)), _nativeScope(recipient, 5));
        _execute(granted, _order(0, CallSpec(0, 5, "")));
        assertEq(recipient.balance, 5);
    }

    function test_callsWithValue() public {
        ISessionTypes.Scope memory scope = _scope(address(target), target.ping.selector);
        scope.maxValue = 5;
        Grant memory granted = _grant(_session(_limit(NATIVE_TOKEN, LIMIT, 0)), scope);
        _execute(granted, _order(0, CallSpec(0, 3, abi.encodeCall(target.ping, ()))));
        assertEq(address(target).balance, 3);
    }

    function test_runsCallsInOrder() public {
        Grant memory granted = _grantTransfers();
        address last = _address("last");
        _execute(
            granted,
            _order(0, CallSpec(0, 0, _transferData(1)), CallSpec(0, 0, abi.encodeCall(token.transfer, (last, 2))))
        );
        assertEq(token.balanceOf(recipient), 1);
        assertEq(token.balanceOf(last), 2);
    }

    function test_onlyUsesItsNonce_withoutCalls() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(4));
        assertTrue(_isNonceUsed(granted, 4));
        assertEq(_remaining(granted), LIMIT);
    }

    function test_remembersWhen() public {
        Grant memory granted = _grantTransfers();
        vm.warp(START + 100);
        _execute(granted, _order(0, _transferData(1)));
        assertEq(manager.stateOf(granted.packed).lastUsedAt, START + 100);
    }

    function test_needsNoSignature_whenTheKeySubmits() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _unsigned(granted, _order(0, _transferData(5)));
        vm.prank(key);
        manager.execute(order);
        assertEq(token.balanceOf(recipient), 5);
    }

    function test_takesASignedOrder_whenTheKeySubmits() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(granted, _order(0, _transferData(5)));
        vm.prank(key);
        manager.execute(order);
        assertEq(token.balanceOf(recipient), 5);
    }

    function test_runs_whenTheNamedRelayerSubmits() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.relayer = relayer;
        _execute(_grant(session, _transferScope()), _order(0, _transferData(5)));
        assertEq(token.balanceOf(recipient), 5);
    }

    function test_carriesASalt() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.salt = keccak256("salt");
        _execute(_grant(session, _transferScope()), _order(0, _transferData(5)));
        assertEq(token.balanceOf(recipient), 5);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Session
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenNotGranted() public {
        Grant memory prepared = _prepare(_session(_limit(address(token), LIMIT, 0)), _scopes(_transferScope()));
        _refuse(
            prepared,
            _order(0, _transferData(1)),
            abi.encodeWithSelector(
                ISessionErrors.SessionNotActive.selector,
                prepared.id,
                ISessionTypes.SessionStatus.None
            )
        );
    }

    function test_reverts_whenPaused() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        manager.pause(account);
        _refuse(
            granted,
            _order(0, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.AccountIsPaused.selector, account)
        );
    }

    function test_reverts_whenAllWereRevoked() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        manager.revokeAll();
        _refuse(
            granted,
            _order(0, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.SessionSuperseded.selector, 0, 1)
        );
    }

    function test_reverts_beforeValidAfter() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        (session.validAfter, session.validUntil) = (START + 10, START + 20);
        Grant memory granted = _grant(session, _transferScope());
        vm.warp(START + 9);
        _refuse(
            granted,
            _order(0, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.SessionNotYetValid.selector, START + 10, START + 9)
        );
        vm.warp(START + 10);
        _execute(granted, _order(0, _transferData(1)));
    }

    function test_reverts_fromValidUntilOn() public {
        Grant memory granted = _grantTransfers();
        vm.warp(START + VALID_FOR);
        _refuse(
            granted,
            _order(0, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.SessionExpired.selector, START + VALID_FOR, START + VALID_FOR)
        );
    }

    function test_runs_inItsLastSecond() public {
        Grant memory granted = _grantTransfers();
        vm.warp(START + VALID_FOR - 1);
        _execute(granted, _order(0, _transferData(1)));
        assertEq(token.balanceOf(recipient), 1);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Deadline, submitter, nonce, interval
    // ---------------------------------------------------------------------------------------------------------------

    function test_runs_atItsDeadline() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, _transferData(1));
        vm.warp(order.deadline);
        _execute(granted, order);
        assertEq(token.balanceOf(recipient), 1);
    }

    function test_reverts_afterItsDeadline() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, _transferData(1));
        vm.warp(order.deadline + 1);
        _refuse(
            granted,
            order,
            abi.encodeWithSelector(ISessionErrors.OrderExpired.selector, order.deadline, order.deadline + 1)
        );
    }

    function test_reverts_whenAnotherThanTheNamedRelayerSubmits() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.relayer = _address("named");
        Grant memory granted = _grant(session, _transferScope());
        _refuse(
            granted,
            _order(0, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.SubmitterNotAllowed.selector, relayer, session.relayer)
        );
    }

    function test_reverts_whenTheNonceIsUsed() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(3, _transferData(1)));
        _refuse(granted, _order(3, _transferData(2)), abi.encodeWithSelector(ISessionErrors.NonceUsed.selector, 3));
    }

    function test_reverts_whenTheNonceHasLeftTheWindow() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(100));
        _refuse(
            granted,
            _order(36, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.NonceTooOld.selector, 36, 37)
        );
        _execute(granted, _order(37, _transferData(1)));
    }

    function test_reverts_whenTheNonceReachesMaxOrders() public {
        Grant memory granted = _grantTransfers();
        _refuse(
            granted,
            _order(MAX_ORDERS, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.NonceTooHigh.selector, MAX_ORDERS, MAX_ORDERS)
        );
        _execute(granted, _order(MAX_ORDERS - 1, _transferData(1)));
    }

    function test_reverts_withinMinInterval() public {
        Grant memory granted = _grantWithInterval();
        vm.warp(START + 5);
        _execute(granted, _order(0, _transferData(1)));
        vm.warp(START + 64);
        _refuse(
            granted,
            _order(1, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.IntervalNotOver.selector, START + 65, START + 64)
        );
        vm.warp(START + 65);
        _execute(granted, _order(1, _transferData(1)));
    }

    function test_runs_withinMinIntervalOfTheGrant() public {
        _execute(_grantWithInterval(), _order(0, _transferData(1)));
        assertEq(token.balanceOf(recipient), 1);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Scopes and rules
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenTheScopeIsNotOfTheSession() public {
        Grant memory granted = _grantTransfers();
        granted.scopes[0] = _scope(address(token), token.mint.selector);
        granted.leaves[0] = manager.hashScope(granted.scopes[0]);
        _refuse(
            granted,
            _order(0, abi.encodeCall(token.mint, (recipient, 1))),
            abi.encodeWithSelector(ISessionErrors.ScopeNotGranted.selector, 0, granted.leaves[0])
        );
    }

    function test_namesTheCall_whenTheSecondBreaksItsScope() public {
        Grant memory granted = _grantTransfers();
        _refuse(
            granted,
            _order(0, CallSpec(0, 0, _transferData(1)), CallSpec(0, 1, _transferData(1))),
            abi.encodeWithSelector(ISessionErrors.CallValueTooHigh.selector, 1, 1, 0)
        );
    }

    function test_reverts_whenTheValueIsHigherThanTheScopes() public {
        Grant memory granted = _grant(_session(_limit(NATIVE_TOKEN, LIMIT, 0)), _nativeScope(recipient, 5));
        _refuse(
            granted,
            _order(0, CallSpec(0, 6, "")),
            abi.encodeWithSelector(ISessionErrors.CallValueTooHigh.selector, 0, 6, 5)
        );
    }

    function test_reverts_whenTheSelectorIsAnother() public {
        _refuseData(_grantTransfers(), abi.encodeCall(token.transferFrom, (account, recipient, 1)));
    }

    function test_reverts_whenTheDataIsShorterThanASelector() public {
        Grant memory granted = _grantIncrement();
        _refuseData(granted, "");
        _refuseData(granted, hex"d0");
        _refuseData(granted, hex"d09d");
        _refuseData(granted, hex"d09de0");
    }

    function test_reverts_whenATransferIsShort() public {
        bytes memory data = _transferData(1);
        assembly ("memory-safe") {
            mstore(data, 67)
        }
        _refuseData(_grantTransfers(), data);
    }

    function test_reverts_whenATransferFromIsShort() public {
        bytes memory data = abi.encodeCall(token.transferFrom, (account, recipient, 1));
        assembly ("memory-safe") {
            mstore(data, 99)
        }
        _refuseData(
            _grant(
                _session(_limit(address(token), LIMIT, PERIOD)),
                _scope(address(token), token.transferFrom.selector)
            ),
            data
        );
    }

    function test_reverts_whenAPlainTransferCarriesData() public {
        Grant memory granted = _grant(_session(_limit(NATIVE_TOKEN, LIMIT, 0)), _nativeScope(recipient, 5));
        for (uint256 length = 1; length < 6; ++length) _refuseData(granted, new bytes(length));
    }

    function test_reverts_whenARuleIsBroken() public {
        ISessionTypes.Scope memory scope = _transferScope();
        scope.rules = _rules(_rule(ISessionTypes.RuleOp.Equal, 0, bytes32(uint256(uint160(recipient)))));
        Grant memory granted = _grant(_session(_limit(address(token), LIMIT, PERIOD)), scope);
        _execute(granted, _order(0, _transferData(1)));
        _refuse(
            granted,
            _order(1, abi.encodeCall(token.transfer, (relayer, 1))),
            abi.encodeWithSelector(ISessionErrors.RuleBroken.selector, 0, 0, bytes32(uint256(uint160(relayer))))
        );
    }

    function test_reverts_whenARulesWordIsOutOfBounds() public {
        ISessionTypes.Scope memory scope = _scope(address(target), target.echo.selector);
        scope.rules = _rules(_rule(ISessionTypes.RuleOp.NotEqual, 1, 0));
        Grant memory granted = _grant(_session(), scope);
        _refuse(
            granted,
            _order(0, abi.encodeCall(target.echo, (1))),
            abi.encodeWithSelector(ISessionErrors.RuleOutOfBounds.selector, 0, 0, 36)
        );
        _execute(granted, _order(0, abi.encodePacked(abi.encodeCall(target.echo, (1)), hex"00")));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Signature
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenAnotherKeySigned() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, _transferData(1));
        _refuseSignature(granted, order, _sign(KEY + 1, _hash(granted, order)));
    }

    function test_reverts_whenTheOwnerSigned() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, _transferData(1));
        _refuseSignature(granted, order, _sign(OWNER_KEY, _hash(granted, order)));
    }

    function test_reverts_whenThereIsNoSignature() public {
        Grant memory granted = _grantTransfers();
        _refuseSignature(granted, _order(0, _transferData(1)), "");
    }

    function test_reverts_whenTheKeySubmitsABadSignature() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, _transferData(1));
        bytes memory packed = _pack(granted, order, _sign(KEY + 1, _hash(granted, order)));
        vm.prank(key);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, _hash(granted, order)));
        manager.execute(packed);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Calls
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenACallReverts() public {
        Grant memory granted = _grant(_session(), _scope(address(target), target.fail.selector));
        _refuse(
            granted,
            _order(0, abi.encodeCall(target.fail, ("because"))),
            abi.encodeWithSelector(ISessionErrors.CallReverted.selector, 0, bytes("because"))
        );
        assertFalse(_isNonceUsed(granted, 0));
    }

    function test_copiesAtMost256BytesOfReason() public {
        Grant memory granted = _grant(_session(), _scope(address(target), target.bombRevert.selector));
        _refuse(
            granted,
            _order(0, abi.encodeCall(target.bombRevert, (100_000))),
            abi.encodeWithSelector(ISessionErrors.CallReverted.selector, 0, new bytes(256))
        );
    }

    function test_ignoresLargeAnswers() public {
        Grant memory granted = _grant(_session(), _scope(address(target), target.bombReturn.selector));
        _execute(granted, _order(0, abi.encodeCall(target.bombReturn, (100_000))));
        assertTrue(_isNonceUsed(granted, 0));
    }

    function test_undoesEarlierCalls_whenALaterOneReverts() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(
            granted,
            _order(0, CallSpec(0, 0, _transferData(1)), CallSpec(0, 0, _transferData(BALANCE + 1)))
        );
        vm.prank(relayer);
        vm.expectPartialRevert(ISessionErrors.CallReverted.selector);
        manager.execute(order);
        assertEq(token.balanceOf(recipient), 0);
    }

    function test_reverts_whenTheGasDoesNotCoverRecordingTheOutcome() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, _transferData(1));
        order.gasLimit = 1;
        bytes memory packed = _signed(granted, order);
        for (uint256 gas_ = 20_000; gas_ < 200_000; gas_ += 500) {
            (bool ok, bytes memory reason) = address(manager).call{gas: gas_}(
                abi.encodeCall(manager.execute, (packed))
            );
            assertFalse(ok);
            if (bytes4(reason) == ISessionErrors.OrderOutOfGas.selector) return;
        }
        revert("never ran out of gas after its checks");
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _grantWithInterval() private returns (Grant memory) {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.minInterval = 60;
        return _grant(session, _transferScope());
    }

    function _refuseData(Grant memory granted, bytes memory data) private {
        _refuse(
            granted,
            _order(0, data),
            abi.encodeWithSelector(ISessionErrors.CallDataInvalid.selector, 0, granted.scopes[0].selector, data.length)
        );
    }

    function _refuseSignature(Grant memory granted, OrderSpec memory order, bytes memory signature) private {
        _refuse(
            _pack(granted, order, signature),
            abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, _hash(granted, order))
        );
    }
}
