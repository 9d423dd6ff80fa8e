// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 12 and 16: gas as a weapon of the submitter, and of the target.
contract GasStarvationTest is BaseTest {
    HostileTarget internal target;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
    }

    function test_executeRefuses_whenGivenLessThanTheSignedGas() public {
        Grant memory granted = _grantIncrement();
        bytes memory order = _signed(granted, _order(0, abi.encodeCall(token.increment, ())));
        vm.expectPartialRevert(ISessionErrors.InsufficientGas.selector);
        manager.execute{gas: GAS_LIMIT}(order);
        assertFalse(_isNonceUsed(granted, 0));
    }

    function test_skipsAndUsesNothing_whenTheFrameCannotHaveTheSignedGas() public {
        Grant memory granted = _grantIncrement();
        bytes memory order = _signed(granted, _order(0, abi.encodeCall(token.increment, ())));
        bytes4[] memory results = manager.executeBatch{gas: GAS_LIMIT}(_one(order));
        assertEq(results[0], ISessionErrors.InsufficientGas.selector);
        assertFalse(_isNonceUsed(granted, 0));
    }

    /// @dev Whatever gas the submitter chooses, an order that needs nearly all it signed is executed, skipped, or the
    /// transaction reverts: it never fails for want of gas that it had signed.
    function test_neverFailsForWantOfSignedGas_whenTheSubmitterChoosesTheGas() public {
        Grant memory granted = _grantTake();
        bytes memory order = _signed(granted, _tight(granted, 0, 0));
        _sweep(granted, order);
    }

    /// @dev The same for an order of 60 kilobytes, whose way into its frame costs gas too.
    function test_neverFailsForWantOfSignedGas_whenTheOrderIsLarge() public {
        Grant memory granted = _grantTake();
        bytes memory order = _signed(granted, _tight(granted, 0, 60_000));
        _sweep(granted, order);
    }

    /// @dev The same when orders before it have made memory dear.
    function test_neverFailsForWantOfSignedGas_whenOthersMadeMemoryDear() public {
        Grant memory granted = _grantTake();
        bytes[] memory orders = new bytes[](2);
        orders[0] = _signed(granted, _tight(granted, 0, 100_000));
        orders[1] = _signed(granted, _tight(granted, 1, 3_000));
        uint256 snapshot = vm.snapshotState();
        bool executed;
        for (uint256 gas_ = 900_000; gas_ < 2_600_000 && !executed; gas_ += 2_000) {
            bytes4 result = _resultOf(orders, gas_, 1);
            assertTrue(result != ISessionErrors.CallReverted.selector, "starved");
            executed = result == 0;
            vm.revertToState(snapshot);
        }
        assertTrue(executed, "never executed");
    }

    /// @dev Nonces of orders that passed their checks are used whatever their calls do with the gas.
    function test_usesTheNonce_whenACallEatsAllGas() public {
        Grant memory granted = _grant(_session(), _scope(address(target), target.burnGas.selector));
        bytes memory order = _signed(granted, _order(0, abi.encodeCall(target.burnGas, ())));
        assertEq(_executeBatch(order), ISessionErrors.CallReverted.selector);
        assertTrue(_isNonceUsed(granted, 0));
    }

    function test_usesTheNonce_whenALaterCallIsLargeAndTheFirstEatsTheGas() public {
        (Grant memory granted, OrderSpec memory spec) = _burnThenTake(60_000);
        // Enough for checks, calls and what the first call leaves.
        for (uint32 gasLimit = 400_000; gasLimit <= 3_000_000; gasLimit += 200_000) {
            spec.gasLimit = gasLimit;
            uint256 snapshot = vm.snapshotState();
            _executeBatch(_signed(granted, spec));
            assertTrue(_isNonceUsed(granted, 0) || gasLimit <= 400_000, "nonce not used");
            vm.revertToState(snapshot);
        }
    }

    /// @dev With rising gas an order's fate goes from skipped to failed or executed and never back to skipped.
    function test_neverSkips_aboveTheGasThatReachesTheCalls() public {
        (Grant memory granted, OrderSpec memory spec) = _burnThenTake(100);
        _monotonic(granted, spec, 60_000, 260_000, 701);
    }

    function test_neverSkips_aboveTheGasThatReachesTheCalls_withManyLimits() public {
        ISessionTypes.Session memory session = _session();
        session.limits = new ISessionTypes.Limit[](15);
        for (uint256 i; i < 15; ++i) session.limits[i] = _limit(_token(), LIMIT, uint32(i));
        Grant memory granted = _grant(
            session,
            _scopes(_scope(address(target), target.burnGas.selector), _scope(address(target), target.take.selector))
        );
        OrderSpec memory spec = _order(0, _call(granted, target.burnGas.selector, abi.encodeCall(target.burnGas, ())));
        _monotonic(granted, spec, 380_000, 700_000, 1_103);
    }

    function test_leavesTheOthersAlone_whenOneOrderEatsAllItsGas() public {
        Grant memory burner = _grant(_session(), _scope(address(target), target.burnGas.selector));
        Grant memory honest = _grantIncrement();
        (bytes4 first, bytes4 second) = _executeBatch(
            _signed(burner, _order(0, abi.encodeCall(target.burnGas, ()))),
            _signed(honest, _order(0, abi.encodeCall(token.increment, ())))
        );
        assertEq(first, ISessionErrors.CallReverted.selector);
        assertEq(second, bytes4(0));
        assertEq(token.count(), 1);
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _one(bytes memory order) private pure returns (bytes[] memory orders) {
        orders = new bytes[](1);
        orders[0] = order;
    }

    function _token() private returns (address) {
        return _deploy("GasToken.sol:GasToken");
    }

    function _grantTake() private returns (Grant memory) {
        return
            _grant(
                _session(),
                _scopes(
                    _scope(address(target), target.take.selector),
                    _scope(address(target), target.burnGasTo.selector)
                )
            );
    }

    function _call(Grant memory granted, bytes4 selector, bytes memory data) private view returns (CallSpec memory) {
        return CallSpec({scope: _position(granted, address(target), selector), value: 0, data: data});
    }

    /// @dev An order whose signed gas is just enough for it to run; found by trying.
    function _tight(Grant memory granted, uint24 nonce, uint256 size) private returns (OrderSpec memory spec) {
        spec = _order(nonce, _call(granted, target.take.selector, abi.encodeCall(target.take, (new bytes(size)))));
        uint32 low = 50_000;
        uint32 high = 3_000_000;
        while (high - low > 500) {
            spec.gasLimit = (low + high) / 2;
            uint256 snapshot = vm.snapshotState();
            bool ok = _executeBatch(_signed(granted, spec)) == 0;
            vm.revertToState(snapshot);
            if (ok) high = spec.gasLimit;
            else low = spec.gasLimit;
        }
        spec.gasLimit = high;
    }

    function _sweep(Grant memory granted, bytes memory order) private {
        uint256 snapshot = vm.snapshotState();
        bool executed;
        for (uint256 gas_ = 80_000; gas_ < 2_000_000 && !executed; gas_ += 1_000) {
            bytes4 result = _resultOf(_one(order), gas_, 0);
            if (result != 0 && result != bytes4(0xffffffff)) {
                assertFalse(_isNonceUsed(granted, 0));
                assertEq(result, ISessionErrors.InsufficientGas.selector);
            }
            executed = result == 0;
            vm.revertToState(snapshot);
        }
        assertTrue(executed, "never executed");
    }

    /// @return The order's result, or 0xffffffff if the whole batch reverted.
    function _resultOf(bytes[] memory orders, uint256 gas_, uint256 index) private returns (bytes4) {
        try manager.executeBatch{gas: gas_}(orders) returns (bytes4[] memory results) {
            return results[index];
        } catch {
            return bytes4(0xffffffff);
        }
    }

    function _burnThenTake(uint256 size) private returns (Grant memory granted, OrderSpec memory spec) {
        granted = _grant(
            _session(),
            _scopes(_scope(address(target), target.take.selector), _scope(address(target), target.burnGasTo.selector))
        );
        spec = _order(
            0,
            _call(granted, target.burnGasTo.selector, abi.encodeCall(target.burnGasTo, (1_000))),
            _call(granted, target.take.selector, abi.encodeCall(target.take, (new bytes(size))))
        );
    }

    function _monotonic(Grant memory granted, OrderSpec memory spec, uint32 from, uint32 to, uint32 step) private {
        bool reached;
        for (uint32 gasLimit = from; gasLimit <= to; gasLimit += step) {
            spec.gasLimit = gasLimit;
            uint256 snapshot = vm.snapshotState();
            _executeBatch(_signed(granted, spec));
            bool used = _isNonceUsed(granted, 0);
            assertTrue(used || !reached, "skipped above the gas that reaches the calls");
            reached = used;
            vm.revertToState(snapshot);
        }
        assertTrue(reached, "calls never reached");
    }
}
