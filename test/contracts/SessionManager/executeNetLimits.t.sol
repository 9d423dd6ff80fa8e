// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {MarketTest} from "../MarketTest.sol";

/// @dev HAZARDS 18 and 26: loss limits.
contract ExecuteNetLimitsTest is MarketTest {
    uint104 private constant LOSS = 100;

    function test_countsALoss() public {
        Grant memory granted = _grantTrader(PERIOD);
        _execute(granted, _sell(granted, 0, 60, 0));
        assertEq(_remaining(granted), LOSS - 60);
    }

    function test_mayLoseTheWholeLimit() public {
        Grant memory granted = _grantTrader(PERIOD);
        _execute(granted, _sell(granted, 0, LOSS, 0));
        assertEq(_remaining(granted), 0);
    }

    /// @dev HAZARDS 18: a worthless coin at any price costs the limit at most.
    function test_mayNotLoseMoreThanTheLimit_byManyTrades() public {
        Grant memory granted = _grantTrader(PERIOD);
        _execute(granted, _sell(granted, 0, 60, 0));
        // What is left caps the temporary allowance, so the market cannot even pull it.
        assertEq(_executeBatch(_signed(granted, _sell(granted, 1, 41, 0))), ISessionErrors.CallReverted.selector);
        _execute(granted, _sell(granted, 2, 40, 0));
        assertEq(_executeBatch(_signed(granted, _sell(granted, 3, 1, 0))), ISessionErrors.CallReverted.selector);
        assertEq(token.balanceOf(account), BALANCE - LOSS);
    }

    function test_reverts_aboveTheLimit_whenSeveralCallsOfOneOrderLose() public {
        Grant memory granted = _grantTrader(PERIOD);
        // The balance is compared over the order, so each call alone may pull up to the limit.
        OrderSpec memory spec = _order(0, _trade(granted, token, 60, coin, 0), _trade(granted, token, 60, coin, 0));
        _refuseAbove(granted, spec, 0, 120, LOSS);
    }

    function test_mayTradeAllDay_asLongAsItLosesLittle() public {
        Grant memory granted = _grantTrader(0);
        for (uint24 i; i < 10; ++i) {
            _execute(granted, _order(i, _trade(granted, token, 90, coin, 90), _trade(granted, coin, 90, token, 89)));
        }
        assertEq(_remaining(granted), LOSS - 10);
    }

    /// @dev Within an order only the end counts.
    function test_countsTheChangeOverTheOrder() public {
        Grant memory granted = _grantTrader(PERIOD);
        _execute(granted, _order(0, _trade(granted, token, 90, coin, 500), _trade(granted, coin, 500, token, 90)));
        assertEq(_remaining(granted), LOSS);
    }

    function test_creditsAGain() public {
        Grant memory granted = _grantTrader(PERIOD);
        _execute(granted, _sell(granted, 0, 60, 50));
        _execute(granted, _order(1, _trade(granted, coin, 50, token, 40)));
        assertEq(_remaining(granted), LOSS - 20);
    }

    function test_neverCreditsBeyondTheLimit() public {
        Grant memory granted = _grantTrader(0);
        coin.mint(account, 1000);
        _execute(granted, _order(0, _trade(granted, coin, 1000, token, 5000)));
        assertEq(_remaining(granted), LOSS);
        _refuseAbove(
            granted,
            _order(1, _trade(granted, token, LOSS, coin, 0), _trade(granted, token, 1, coin, 0)),
            0,
            LOSS + 1,
            LOSS
        );
    }

    function test_startsAnew_inTheNextPeriod() public {
        Grant memory granted = _grantTrader(PERIOD);
        _execute(granted, _sell(granted, 0, LOSS, 0));
        vm.warp(START + PERIOD - 1);
        assertEq(_remaining(granted), 0);
        vm.warp(START + PERIOD);
        assertEq(_remaining(granted), LOSS);
        _execute(granted, _sell(granted, 1, LOSS, 0));
    }

    function test_neverStartsAnew_withoutAPeriod() public {
        Grant memory granted = _grantTrader(0);
        _execute(granted, _sell(granted, 0, LOSS, 0));
        vm.warp(START + VALID_FOR - 1);
        assertEq(_remaining(granted), 0);
    }

    /// @dev A gain of one period is no credit in the next.
    function test_carriesNoCreditIntoTheNextPeriod() public {
        Grant memory granted = _grantTrader(PERIOD);
        coin.mint(account, 1000);
        _execute(granted, _order(0, _trade(granted, coin, 1000, token, 1000)));
        vm.warp(START + PERIOD);
        assertEq(_remaining(granted), LOSS);
    }

    function test_countsNativeLosses() public {
        ISessionTypes.Scope memory scope = _scope(address(market), market.buy.selector);
        scope.maxValue = 1000;
        Grant memory granted = _grant(
            _session(_limitOf(ISessionTypes.LimitKind.Net, NATIVE_TOKEN, LOSS, PERIOD)),
            scope
        );
        bytes memory data = abi.encodeCall(market.buy, (coin, 1));
        _execute(granted, _order(0, CallSpec(0, 60, data)));
        assertEq(_remaining(granted), LOSS - 60);
        _refuseAbove(granted, _order(1, CallSpec(0, 41, data)), 0, LOSS + 1, LOSS);
    }

    function test_creditsNativeGains() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(
            _limitOf(ISessionTypes.LimitKind.Net, NATIVE_TOKEN, LOSS, 0),
            _limit(address(coin), LIMIT, 0)
        );
        ISessionTypes.Scope memory buy = _scope(address(market), market.buy.selector);
        buy.maxValue = 1000;
        Grant memory granted = _grant(
            session,
            _scopes(buy, _spendScope(address(market), market.sell.selector, address(coin)))
        );
        uint256 buying = _position(granted, address(market), market.buy.selector);
        _execute(granted, _order(0, CallSpec(buying, 60, abi.encodeCall(market.buy, (coin, 60)))));
        _execute(granted, _order(1, CallSpec(1 - buying, 0, abi.encodeCall(market.sell, (coin, 60, 50)))));
        assertEq(_remaining(granted), LOSS - 10);
    }

    /// @dev HAZARDS 26: credit made by converting other assets does not let a transfer out.
    function test_creditOfConvertedAssetsIsNotTransferable() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_net(LOSS, 0), _limit(address(token), 50, 0));
        ISessionTypes.Scope[] memory scopes = new ISessionTypes.Scope[](2);
        scopes[0] = _transferScope();
        scopes[1] = _scope(address(market), market.buy.selector);
        Grant memory granted = _grant(session, scopes);
        uint256 transferring = _position(granted, address(token), token.transfer.selector);
        CallSpec memory farm = CallSpec(1 - transferring, 0, abi.encodeCall(market.buy, (token, 10_000)));
        _execute(granted, _order(0, farm));
        _refuseAbove(granted, _order(1, CallSpec(transferring, 0, _transferData(51))), 1, 51, 50);
        // Nor within one order, where no loss shows.
        _refuseAbove(granted, _order(1, farm, CallSpec(transferring, 0, _transferData(51))), 1, 51, 50);
        _execute(granted, _order(1, CallSpec(transferring, 0, _transferData(50))));
    }

    function test_keepsGrossAndNetOnOneTokenTogether() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), 150, 0), _net(LOSS, 0));
        session.limits = _withCoin(session.limits);
        Grant memory granted = _grant(session, _scopes(_sellScope(token), _sellScope(coin)));
        // Nothing is lost, yet 90 left.
        _execute(granted, _order(0, _trade(granted, token, 90, coin, 90), _trade(granted, coin, 90, token, 90)));
        assertEq(manager.remaining(granted.packed)[0], 60);
        assertEq(manager.remaining(granted.packed)[1], LOSS);
        // The lesser of both caps what may be pulled.
        assertEq(_executeBatch(_signed(granted, _sell(granted, 1, 61, 61))), ISessionErrors.CallReverted.selector);
        _execute(granted, _sell(granted, 2, 60, 0));
        assertEq(manager.remaining(granted.packed)[0], 0);
        assertEq(manager.remaining(granted.packed)[1], LOSS - 60);
    }

    function test_chargesNothing_whenTheOrderFailsInABatch() public {
        Grant memory granted = _grantTrader(PERIOD);
        _executeBatch(_signed(granted, _sell(granted, 0, 60, BALANCE * 2)));
        assertEq(_remaining(granted), LOSS);
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _grantTrader(uint32 period) private returns (Grant memory) {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_net(LOSS, period), _limit(address(coin), LIMIT, 0));
        return _grant(session, _scopes(_sellScope(token), _sellScope(coin)));
    }

    function _withCoin(
        ISessionTypes.Limit[] memory limits
    ) private view returns (ISessionTypes.Limit[] memory extended) {
        extended = new ISessionTypes.Limit[](limits.length + 1);
        for (uint256 i; i < limits.length; ++i) extended[i] = limits[i];
        extended[limits.length] = _limit(address(coin), LIMIT, 0);
    }

    function _sell(
        Grant memory granted,
        uint24 nonce,
        uint256 amount,
        uint256 price
    ) private view returns (OrderSpec memory) {
        return _order(nonce, _trade(granted, token, amount, coin, price));
    }
}
