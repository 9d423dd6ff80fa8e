// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileAccount} from "../../../contracts/test/HostileAccount.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev How the manager's own frames say that an order failed, with the state word as a number.
error OrderCallsFailed(bytes32 sessionId, bytes32 orderHash, uint24 nonce, uint256 word, bytes reason);

contract ExecuteBatchTest is BaseTest {
    HostileTarget internal target;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
    }

    function test_runsOrdersOfManyAccounts() public {
        bytes[] memory orders = new bytes[](5);
        address[] memory accounts = new address[](5);
        for (uint256 i; i < 5; ++i) {
            account = accounts[i] = factory.createAccount(owner, bytes32(i + 1));
            token.mint(account, 10);
            orders[i] = _signed(_grantTransfers(), _order(0, _transferData(i + 1)));
        }
        bytes4[] memory results = _executeBatch(orders);
        for (uint256 i; i < 5; ++i) {
            assertEq(results[i], bytes4(0));
            assertEq(token.balanceOf(accounts[i]), 10 - i - 1);
        }
    }

    function test_runsManyOrdersOfOneSession() public {
        Grant memory granted = _grantTransfers();
        bytes[] memory orders = new bytes[](8);
        for (uint24 i; i < 8; ++i) orders[i] = _signed(granted, _order(7 - i, _transferData(1)));
        _executeBatch(orders);
        assertEq(token.balanceOf(recipient), 8);
        assertEq(_remaining(granted), LIMIT - 8);
    }

    function test_returnsNothing_whenThereIsNoOrder() public {
        assertEq(_executeBatch(new bytes[](0)).length, 0);
    }

    function test_emitsOrderExecuted() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(3, _transferData(1));
        bytes32 orderHash = _hash(granted, order);
        bytes memory packed = _signed(granted, order);
        vm.expectEmit(address(manager));
        emit ISessionEvents.OrderExecuted(granted.id, orderHash, 3);
        _executeBatch(packed);
    }

    function test_takesUnsignedOrders_whenTheKeySubmits() public {
        bytes[] memory orders = new bytes[](1);
        orders[0] = _unsigned(_grantTransfers(), _order(0, _transferData(1)));
        vm.prank(key);
        assertEq(manager.executeBatch(orders)[0], bytes4(0));
        assertEq(token.balanceOf(recipient), 1);
    }

    function test_skipsUnsignedOrders_whenAnotherSubmits() public {
        bytes memory order = _unsigned(_grantTransfers(), _order(0, _transferData(1)));
        assertEq(_executeBatch(order), ISessionErrors.SignatureInvalid.selector);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Failed: checked, used, undone
    // ---------------------------------------------------------------------------------------------------------------

    function test_emitsOrderFailed_whenACallReverts() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(2, _transferData(LIMIT + 1));
        bytes memory packed = _signed(granted, order);
        bytes memory reason = abi.encodeWithSelector(ISessionErrors.LimitExceeded.selector, 0, token, LIMIT + 1, LIMIT);
        bytes32 orderHash = _hash(granted, order);
        vm.expectEmit(address(manager));
        emit ISessionEvents.OrderFailed(granted.id, orderHash, 2, reason);
        assertEq(_executeBatch(packed), ISessionErrors.LimitExceeded.selector);
    }

    function test_usesTheNonce_whenACallReverts() public {
        Grant memory granted = _grant(_session(), _scope(address(target), target.fail.selector));
        vm.warp(START + 60);
        assertEq(
            _executeBatch(_signed(granted, _order(2, abi.encodeCall(target.fail, ("because"))))),
            ISessionErrors.CallReverted.selector
        );
        assertTrue(_isNonceUsed(granted, 2));
        assertEq(manager.stateOf(granted.packed).lastUsedAt, START + 60);
    }

    function test_spendsNothing_whenALimitIsExceeded() public {
        Grant memory granted = _grantTransfers();
        _executeBatch(_signed(granted, _order(0, _transferData(LIMIT + 1))));
        assertEq(token.balanceOf(recipient), 0);
        assertEq(_remaining(granted), LIMIT);
    }

    function test_keepsEarlierSpend_whenALaterOrderFails() public {
        Grant memory granted = _grantTransfers();
        _executeBatch(_signed(granted, _order(0, _transferData(5))), _signed(granted, _order(1, _transferData(LIMIT))));
        assertEq(_remaining(granted), LIMIT - 5);
        assertTrue(_isNonceUsed(granted, 1));
    }

    function test_undoesAllCallsOfAFailedOrder() public {
        Grant memory granted = _grantTransfers();
        _executeBatch(
            _signed(granted, _order(0, CallSpec(0, 0, _transferData(1)), CallSpec(0, 0, _transferData(LIMIT))))
        );
        assertEq(token.balanceOf(recipient), 0);
    }

    function test_failsOnce_whenAFailedOrderIsSentAgain() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(granted, _order(0, _transferData(LIMIT + 1)));
        (bytes4 first, bytes4 second) = _executeBatch(order, order);
        assertEq(first, ISessionErrors.LimitExceeded.selector);
        assertEq(second, ISessionErrors.NonceUsed.selector);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Skipped: refused, nothing used
    // ---------------------------------------------------------------------------------------------------------------

    function test_emitsOrderSkipped_whenRefused() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(0, _transferData(1)));
        bytes[] memory orders = new bytes[](2);
        orders[0] = _signed(granted, _order(1, _transferData(1)));
        orders[1] = _signed(granted, _order(0, _transferData(1)));
        vm.expectEmit(address(manager));
        emit ISessionEvents.OrderSkipped(granted.id, 1, abi.encodeWithSelector(ISessionErrors.NonceUsed.selector, 0));
        _executeBatch(orders);
    }

    function test_runsTheOthers_whenOneIsSkipped() public {
        Grant memory granted = _grantTransfers();
        bytes[] memory orders = new bytes[](3);
        orders[0] = _signed(granted, _order(0, _transferData(1)));
        orders[1] = hex"deadbeef";
        orders[2] = _signed(granted, _order(1, _transferData(2)));
        bytes4[] memory results = _executeBatch(orders);
        assertEq(results[0], bytes4(0));
        assertTrue(results[1] != 0);
        assertEq(results[2], bytes4(0));
        assertEq(token.balanceOf(recipient), 3);
    }

    function test_runsOnce_whenAnOrderComesTwice() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(granted, _order(0, _transferData(1)));
        (bytes4 first, bytes4 second) = _executeBatch(order, order);
        assertEq(first, bytes4(0));
        assertEq(second, ISessionErrors.NonceUsed.selector);
        assertEq(token.balanceOf(recipient), 1);
    }

    function test_skipsWithinMinInterval_andUsesNothing() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.minInterval = 60;
        Grant memory granted = _grant(session, _transferScope());
        (bytes4 first, bytes4 second) = _executeBatch(
            _signed(granted, _order(0, _transferData(1))),
            _signed(granted, _order(1, _transferData(1)))
        );
        assertEq(first, bytes4(0));
        assertEq(second, ISessionErrors.IntervalNotOver.selector);
        assertFalse(_isNonceUsed(granted, 1));
    }

    function test_emitsOrderSkipped_withoutAnIdOrReason_whenTheOrderIsUnreadable() public {
        bytes[] memory orders = new bytes[](1);
        // Gas limit 200,000 and then a session that reaches past the end.
        orders[0] = hex"00030d400000000000000000000aaa";
        vm.recordLogs();
        _executeBatch(orders);
        assertEq(vm.getRecordedLogs()[0].topics[1], bytes32(0));
    }

    function test_emitsOrderSkipped_withoutReason_whenTheGasRanOut() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, _transferData(1));
        order.gasLimit = 5_000;
        bytes memory packed = _signed(granted, order);
        vm.expectEmit(address(manager));
        emit ISessionEvents.OrderSkipped(granted.id, 0, "");
        assertEq(_executeBatch(packed), ISessionErrors.OrderOutOfGas.selector);
        assertFalse(_isNonceUsed(granted, 0));
    }

    /// @dev A valid order cut at each length, alone and followed by another order's bytes.
    function test_skipsMalformedOrders_ofEveryLength() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(granted, _order(0, _transferData(1)));
        bytes[] memory orders = new bytes[](order.length);
        for (uint256 length; length < order.length; ++length) orders[length] = _cut(order, length);
        bytes4[] memory results = _executeBatch(orders);
        for (uint256 i; i < results.length; ++i) assertTrue(results[i] != 0);
        assertFalse(_isNonceUsed(granted, 0));
        assertEq(_executeBatch(order), bytes4(0));
    }

    function test_skipsOrdersWithATail() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(granted, _order(0, _transferData(1)));
        for (uint256 size = 1; size < 40; ++size) {
            assertEq(_executeBatch(bytes.concat(order, new bytes(size))), ISessionErrors.EncodingInvalid.selector);
        }
        assertFalse(_isNonceUsed(granted, 0));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Nobody but the manager says that an order failed
    // ---------------------------------------------------------------------------------------------------------------

    function test_doesNotBelieveForgedFailures_ofATarget() public {
        Grant memory victim = _grantTransfers();
        Grant memory granted = _grant(_session(), _scope(address(target), target.fail.selector));
        bytes memory order = _signed(granted, _order(0, abi.encodeCall(target.fail, (_forged(victim)))));
        assertEq(_executeBatch(order), ISessionErrors.CallReverted.selector);
        assertFalse(_isNonceUsed(victim, 0));
        _assertStatus(victim, ISessionTypes.SessionStatus.Active);
    }

    function test_doesNotBelieveForgedFailures_ofAnAccount() public {
        Grant memory victim = _grantTransfers();
        HostileAccount hostile = HostileAccount(_deploy("HostileAccount.sol:HostileAccount", abi.encode(manager)));
        hostile.setAnswer(true, _forged(victim));
        account = address(hostile);
        Grant memory granted = _grantIncrement();
        bytes memory order = _signed(granted, _order(0, abi.encodeCall(token.increment, ())));
        assertEq(_executeBatch(order), ISessionErrors.CallReverted.selector);
        assertFalse(_isNonceUsed(victim, 0));
        assertTrue(_isNonceUsed(granted, 0));
    }

    function test_failsTheOrder_whenAnAccountAnswersNonsense() public {
        HostileAccount hostile = HostileAccount(_deploy("HostileAccount.sol:HostileAccount", abi.encode(manager)));
        account = address(hostile);
        Grant memory granted = _grantIncrement();
        for (uint24 length; length < 128; length += 9) {
            hostile.setAnswer(false, new bytes(length));
            bytes memory order = _signed(granted, _order(length / 9, abi.encodeCall(token.increment, ())));
            assertEq(_executeBatch(order), ISessionErrors.CallReverted.selector);
        }
    }

    function test_failsTheOrder_whenTheAccountHasNoCode() public {
        account = _address("no code");
        Grant memory granted = _grantIncrement();
        bytes memory order = _signed(granted, _order(0, abi.encodeCall(token.increment, ())));
        assertEq(_executeBatch(order), ISessionErrors.CallReverted.selector);
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _cut(bytes memory data, uint256 length) private pure returns (bytes memory cut) {
        cut = new bytes(length);
        for (uint256 i; i < length; ++i) cut[i] = data[i];
    }

    function _forged(Grant memory victim) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                OrderCallsFailed.selector,
                victim.id,
                keccak256("order"),
                uint24(0),
                type(uint256).max,
                bytes("gotcha")
            );
    }
}
