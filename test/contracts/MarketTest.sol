// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../contracts/interfaces/ISessionTypes.sol";
import {GasToken} from "../../contracts/test/GasToken.sol";
import {Market} from "../../contracts/test/Market.sol";
import {BaseTest} from "./BaseTest.sol";

/// @title What tests of trading start from
/// @dev A session that may sell `token` for `coin` and back, at any price, with temporary allowances.
abstract contract MarketTest is BaseTest {
    Market internal market;
    GasToken internal coin;

    function setUp() public virtual override {
        super.setUp();
        market = Market(payable(_deploy("Market.sol:Market")));
        coin = GasToken(_deploy("GasToken.sol:GasToken"));
        token.mint(address(market), BALANCE);
        coin.mint(address(market), BALANCE);
        vm.deal(address(market), BALANCE);
    }

    function _limitOf(
        ISessionTypes.LimitKind kind,
        address token_,
        uint104 amount,
        uint32 period
    ) internal pure returns (ISessionTypes.Limit memory limit) {
        limit = _limit(token_, amount, period);
        limit.kind = kind;
    }

    function _net(uint104 amount, uint32 period) internal view returns (ISessionTypes.Limit memory) {
        return _limitOf(ISessionTypes.LimitKind.Net, address(token), amount, period);
    }

    function _inventory(GasToken of_, uint104 held) internal pure returns (ISessionTypes.Limit memory) {
        return _limitOf(ISessionTypes.LimitKind.Inventory, address(of_), held, 0);
    }

    function _sellScope(GasToken sold) internal view returns (ISessionTypes.Scope memory) {
        return _spendScope(address(market), market.trade.selector, address(sold));
    }

    /// @dev Trades of `sold` under the scope that spends it.
    function _trade(
        Grant memory granted,
        GasToken sold,
        uint256 amount,
        GasToken bought,
        uint256 price
    ) internal view returns (CallSpec memory) {
        return CallSpec(_scopeSpending(granted, sold), 0, abi.encodeCall(market.trade, (sold, amount, bought, price)));
    }

    function _scopeSpending(Grant memory granted, GasToken spent) private pure returns (uint256) {
        for (uint256 i; i < granted.scopes.length; ++i) {
            if (granted.scopes[i].spendToken == address(spent)) return i;
        }
        revert("no such scope");
    }

    function _refuseAbove(
        Grant memory granted,
        OrderSpec memory spec,
        uint256 limit,
        uint256 charged,
        uint256 amount
    ) internal {
        address limited = granted.session.limits[limit].token;
        _refuse(
            granted,
            spec,
            abi.encodeWithSelector(ISessionErrors.LimitExceeded.selector, limit, limited, charged, amount)
        );
    }
}
