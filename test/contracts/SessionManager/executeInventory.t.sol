// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {MarketTest} from "../MarketTest.sol";

/// @dev HAZARDS 19: a session may sell only what it bought.
contract ExecuteInventoryTest is MarketTest {
    function setUp() public override {
        super.setUp();
        // The account had coins before: the session never bought them.
        coin.mint(account, 1000);
    }

    function test_reverts_whenItSellsWhatItNeverBought() public {
        Grant memory granted = _grantTrader(0);
        // Nothing is held, so nothing may be pulled.
        assertEq(_executeBatch(_signed(granted, _sell(granted, 0, 1))), ISessionErrors.CallReverted.selector);
        assertEq(coin.balanceOf(account), 1000);
    }

    function test_holdsWhatItBought() public {
        Grant memory granted = _grantTrader(0);
        _execute(granted, _buy(granted, 0, 30));
        assertEq(_remaining(granted), 30);
    }

    function test_sellsWhatItBought() public {
        Grant memory granted = _grantTrader(0);
        _execute(granted, _buy(granted, 0, 30));
        _execute(granted, _sell(granted, 1, 20));
        assertEq(_remaining(granted), 10);
        _execute(granted, _sell(granted, 2, 10));
        assertEq(_remaining(granted), 0);
        assertEq(_executeBatch(_signed(granted, _sell(granted, 3, 1))), ISessionErrors.CallReverted.selector);
    }

    function test_reverts_whenSeveralCallsSellMoreThanIsHeld() public {
        Grant memory granted = _grantTrader(30);
        OrderSpec memory spec = _order(0, _trade(granted, coin, 20, token, 0), _trade(granted, coin, 20, token, 0));
        _refuse(
            granted,
            spec,
            abi.encodeWithSelector(ISessionErrors.InventoryExceeded.selector, 0, address(coin), 40, 30)
        );
    }

    function test_reverts_whenATransferTakesMoreThanIsHeld() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_inventory(coin, 5), _limit(address(coin), LIMIT, 0));
        Grant memory granted = _grant(session, _scope(address(coin), coin.transfer.selector));
        _refuse(
            granted,
            _order(0, _transferData(6)),
            abi.encodeWithSelector(ISessionErrors.InventoryExceeded.selector, 0, address(coin), 6, 5)
        );
        _execute(granted, _order(0, _transferData(5)));
        assertEq(_remaining(granted), 0);
    }

    function test_sellsItsStartingAmount() public {
        Grant memory granted = _grantTrader(7);
        assertEq(_remaining(granted), 7);
        _execute(granted, _sell(granted, 0, 7));
        assertEq(_remaining(granted), 0);
    }

    /// @dev Once something is written, the starting amount is not read again.
    function test_doesNotStartAgain_whenAllIsSold() public {
        Grant memory granted = _grantTrader(7);
        _execute(granted, _sell(granted, 0, 7));
        vm.warp(START + VALID_FOR - 1);
        assertEq(_remaining(granted), 0);
        assertEq(_executeBatch(_signed(granted, _sell(granted, 1, 1))), ISessionErrors.CallReverted.selector);
    }

    function test_buysAndSellsInOneOrder() public {
        Grant memory granted = _grantTrader(10);
        _execute(granted, _order(0, _trade(granted, coin, 10, token, 10), _trade(granted, token, 10, coin, 12)));
        assertEq(_remaining(granted), 12);
    }

    function test_saturates_atTheMostThatIsStored() public {
        Grant memory granted = _grantTrader(type(uint104).max);
        _execute(granted, _buy(granted, 0, 30));
        assertEq(_remaining(granted), type(uint104).max);
        _execute(granted, _sell(granted, 1, 30));
        assertEq(_remaining(granted), type(uint104).max - 30);
    }

    function test_saturates_whenMoreIsBoughtThanFits() public {
        coin.mint(address(market), 1 << 200);
        Grant memory granted = _grantTrader(0);
        _execute(granted, _buy(granted, 0, 1 << 200));
        assertEq(_remaining(granted), type(uint104).max);
    }

    function test_isNotRaisedByWhatOthersSend() public {
        Grant memory granted = _grantTrader(0);
        coin.mint(account, 500);
        assertEq(_remaining(granted), 0);
        assertEq(_executeBatch(_signed(granted, _sell(granted, 0, 1))), ISessionErrors.CallReverted.selector);
    }

    function test_isOfOneSession() public {
        Grant memory first = _grantTrader(0);
        Grant memory second = _grantTrader(1);
        _execute(first, _buy(first, 0, 30));
        assertEq(_remaining(second), 1);
        assertEq(_executeBatch(_signed(second, _sell(second, 0, 2))), ISessionErrors.CallReverted.selector);
    }

    function test_holdsNative() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(
            _limitOf(ISessionTypes.LimitKind.Inventory, NATIVE_TOKEN, 5, 0),
            _limit(NATIVE_TOKEN, LIMIT, 0)
        );
        Grant memory granted = _grant(session, _nativeScope(recipient, 100));
        _refuse(
            granted,
            _order(0, CallSpec(0, 6, "")),
            abi.encodeWithSelector(ISessionErrors.InventoryExceeded.selector, 0, NATIVE_TOKEN, 6, 5)
        );
        _execute(granted, _order(0, CallSpec(0, 5, "")));
        assertEq(_remaining(granted), 0);
    }

    /// @dev Gross, net and inventory of one token, beside a limit of what is paid with.
    function test_holdsThreeKindsOnOneTokenTogether() public {
        ISessionTypes.Session memory session = _session();
        session.limits = new ISessionTypes.Limit[](4);
        session.limits[0] = _limit(address(coin), 100, PERIOD);
        session.limits[1] = _limitOf(ISessionTypes.LimitKind.Net, address(coin), 50, PERIOD);
        session.limits[2] = _inventory(coin, 60);
        session.limits[3] = _limit(address(token), LIMIT, PERIOD);
        Grant memory granted = _grant(session, _scopes(_sellScope(coin), _sellScope(token)));
        _execute(granted, _sell(granted, 0, 50));
        uint256[] memory left = manager.remaining(granted.packed);
        assertEq(left[0], 50);
        assertEq(left[1], 0);
        assertEq(left[2], 10);
        _execute(granted, _buy(granted, 1, 30));
        left = manager.remaining(granted.packed);
        assertEq(left[0], 50);
        assertEq(left[1], 30);
        assertEq(left[2], 40);
        // The least of the three caps what may be pulled.
        assertEq(_executeBatch(_signed(granted, _sell(granted, 2, 31))), ISessionErrors.CallReverted.selector);
        _execute(granted, _sell(granted, 3, 30));
        left = manager.remaining(granted.packed);
        assertEq(left[0], 20);
        assertEq(left[1], 0);
        assertEq(left[2], 10);
        vm.warp(START + PERIOD);
        left = manager.remaining(granted.packed);
        assertEq(left[0], 100);
        assertEq(left[1], 50);
        assertEq(left[2], 10);
    }

    // ---------------------------------------------------------------------------------------------------------------

    /// @dev May pay with tokens, and sell coins it holds.
    function _grantTrader(uint104 held) private returns (Grant memory) {
        ISessionTypes.Session memory session = _session();
        session.limits = new ISessionTypes.Limit[](3);
        session.limits[0] = _inventory(coin, held);
        session.limits[1] = _limit(address(coin), LIMIT, 0);
        session.limits[2] = _limit(address(token), LIMIT, 0);
        return _grant(session, _scopes(_sellScope(coin), _sellScope(token)));
    }

    function _buy(Grant memory granted, uint24 nonce, uint256 amount) private view returns (OrderSpec memory) {
        return _order(nonce, _trade(granted, token, 1, coin, amount));
    }

    function _sell(Grant memory granted, uint24 nonce, uint256 amount) private view returns (OrderSpec memory) {
        return _order(nonce, _trade(granted, coin, amount, token, 1));
    }
}
