// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {GasToken} from "../../../contracts/test/GasToken.sol";
import {MarketTest} from "../MarketTest.sol";

/// @dev Random trades against what DESIGN §1.2 says of net and inventory limits, computed here in plain numbers.
contract LimitKindsFuzzTest is MarketTest {
    uint104 private constant LOSS = 100;
    uint104 private constant HELD = 20;
    uint256 private constant ORDERS = 10;

    /// @dev What the limits should say.
    struct Model {
        uint256 spent;
        uint256 period;
        uint256 held;
    }

    /// @dev One trade: `amount` of one token for `price` of the other.
    struct Trade {
        bool sellsToken;
        uint256 amount;
        uint256 price;
    }

    function setUp() public override {
        super.setUp();
        coin.mint(account, BALANCE);
    }

    function testFuzz_followsTheRules(uint256 seed) public {
        Grant memory granted = _grantTrader();
        Model memory model = Model(0, 0, HELD);
        for (uint24 nonce; nonce < ORDERS; ++nonce) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(vm.getBlockTimestamp() + (seed % PERIOD) / 2);
            Trade[] memory trades = new Trade[](1 + ((seed >> 32) % 2));
            for (uint256 i; i < trades.length; ++i) trades[i] = _random(uint256(keccak256(abi.encode(seed, i))));
            bool expected = _apply(model, trades);
            bool ran = _executeBatch(_signed(granted, _orderOf(granted, nonce, trades))) == bytes4(0);
            assertTrue(ran == expected, expected ? "refused" : "ran");
            uint256[] memory left = manager.remaining(granted.packed);
            assertEq(left[0], LOSS - model.spent, "net");
            assertEq(left[1], model.held, "inventory");
        }
    }

    function _random(uint256 seed) private pure returns (Trade memory) {
        return Trade(seed % 2 == 0, (seed >> 8) % 70, (seed >> 64) % 70);
    }

    /// @dev Changes the model if the order should run.
    /// @return Whether it should.
    function _apply(Model memory model, Trade[] memory trades) private view returns (bool) {
        uint256 period = (vm.getBlockTimestamp() - START) / PERIOD;
        if (period != model.period) (model.period, model.spent) = (period, 0);
        (uint256 tokenOut, uint256 tokenIn, uint256 coinOut, uint256 coinIn) = (0, 0, 0, 0);
        for (uint256 i; i < trades.length; ++i) {
            // A call may pull what is left at the start of the order.
            if (trades[i].amount > (trades[i].sellsToken ? LOSS - model.spent : model.held)) return false;
            if (trades[i].sellsToken) {
                tokenOut += trades[i].amount;
                coinIn += trades[i].price;
            } else {
                coinOut += trades[i].amount;
                tokenIn += trades[i].price;
            }
        }
        uint256 spent = model.spent + tokenOut;
        spent = spent > tokenIn ? spent - tokenIn : 0;
        if (spent > LOSS || coinOut > model.held + coinIn) return false;
        (model.spent, model.held) = (spent, model.held + coinIn - coinOut);
        return true;
    }

    function _orderOf(
        Grant memory granted,
        uint24 nonce,
        Trade[] memory trades
    ) private view returns (OrderSpec memory spec) {
        spec = _order(nonce);
        spec.gasLimit = 1_000_000;
        spec.calls = new CallSpec[](trades.length);
        for (uint256 i; i < trades.length; ++i) {
            (GasToken sold, GasToken bought) = trades[i].sellsToken ? (token, coin) : (coin, token);
            spec.calls[i] = _trade(granted, sold, trades[i].amount, bought, trades[i].price);
        }
    }

    function _grantTrader() private returns (Grant memory) {
        ISessionTypes.Session memory session = _session();
        session.limits = new ISessionTypes.Limit[](3);
        session.limits[0] = _net(LOSS, PERIOD);
        session.limits[1] = _inventory(coin, HELD);
        session.limits[2] = _limit(address(coin), LIMIT, 0);
        return _grant(session, _scopes(_sellScope(token), _sellScope(coin)));
    }
}
