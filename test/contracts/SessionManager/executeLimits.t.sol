// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {HostileToken} from "../../../contracts/test/HostileToken.sol";
import {BaseTest} from "../BaseTest.sol";

contract ExecuteLimitsTest is BaseTest {
    HostileTarget internal target;
    HostileToken internal hostile;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
        hostile = HostileToken(_deploy("HostileToken.sol:HostileToken"));
        hostile.mint(account, BALANCE);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Amounts
    // ---------------------------------------------------------------------------------------------------------------

    function test_spendsTheWholeLimit() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(0, _transferData(LIMIT)));
        assertEq(_remaining(granted), 0);
    }

    function test_reverts_aboveTheLimit() public {
        _refuseAbove(_grantTransfers(), _order(0, _transferData(LIMIT + 1)), address(token), LIMIT + 1);
    }

    function test_sumsOrders() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(0, _transferData(LIMIT - 1)));
        _refuseAbove(granted, _order(1, _transferData(2)), address(token), LIMIT + 1);
        _execute(granted, _order(1, _transferData(1)));
    }

    function test_sumsCallsOfOneOrder() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, CallSpec(0, 0, _transferData(LIMIT)), CallSpec(0, 0, _transferData(1)));
        _refuseAbove(granted, order, address(token), LIMIT + 1);
    }

    function test_chargesATransferToTheAccountItself() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(0, abi.encodeCall(token.transfer, (account, 5))));
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_chargesATransferFromOfAnother() public {
        address other = _address("other");
        token.mint(other, 5);
        vm.prank(other);
        token.approve(account, 5);
        Grant memory granted = _grant(
            _session(_limit(address(token), LIMIT, PERIOD)),
            _scope(address(token), token.transferFrom.selector)
        );
        _execute(granted, _order(0, abi.encodeCall(token.transferFrom, (other, recipient, 5))));
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_chargesWhatLeaves_whenATokenTakesAFee() public {
        hostile.setFee(100);
        Grant memory granted = _grantHostile();
        _execute(granted, _order(0, abi.encodeCall(hostile.transfer, (recipient, 1000))));
        assertEq(_remaining(granted), LIMIT - 1010);
    }

    function test_refusesAFeeBeyondTheLimit() public {
        hostile.setFee(100);
        Grant memory granted = _grantHostile();
        _refuseAbove(
            granted,
            _order(0, abi.encodeCall(hostile.transfer, (recipient, LIMIT))),
            address(hostile),
            uint256(LIMIT) + LIMIT / 100
        );
    }

    function test_saturates_whenTwoDeclaredAmountsOverflow() public {
        hostile.setAnswers(HostileToken.Answer.Nothing, HostileToken.Answer.True);
        hostile.setAnswers(HostileToken.Answer.False, HostileToken.Answer.True);
        Grant memory granted = _grant(
            _session(_limit(address(token), type(uint104).max, 0)),
            _scope(address(token), token.transferFrom.selector)
        );
        // Allowances of this mock may be unlimited, balances may not: the second transfer of a huge amount is to itself.
        address rich = _address("rich");
        token.mint(rich, type(uint256).max - token.totalSupply());
        vm.prank(rich);
        token.approve(account, type(uint256).max);
        uint256 amount = token.balanceOf(rich);
        bytes memory data = abi.encodeCall(token.transferFrom, (rich, rich, amount));
        _refuseAbove(granted, _order(0, CallSpec(0, 0, data), CallSpec(0, 0, data)), address(token), type(uint256).max);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Native
    // ---------------------------------------------------------------------------------------------------------------

    function test_chargesNativeValue() public {
        Grant memory granted = _grant(_session(_limit(NATIVE_TOKEN, LIMIT, 0)), _nativeScope(recipient, LIMIT));
        _execute(granted, _order(0, CallSpec(0, 5, "")));
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_reverts_aboveTheNativeLimit() public {
        Grant memory granted = _grant(_session(_limit(NATIVE_TOKEN, LIMIT, 0)), _nativeScope(recipient, LIMIT + 1));
        _refuseAbove(granted, _order(0, CallSpec(0, LIMIT + 1, "")), NATIVE_TOKEN, LIMIT + 1);
    }

    function test_chargesNativeValue_thatComesBackInTheSameCall() public {
        ISessionTypes.Scope memory scope = _scope(address(target), target.refund.selector);
        scope.maxValue = 5;
        Grant memory granted = _grant(_session(_limit(NATIVE_TOKEN, LIMIT, 0)), scope);
        _execute(granted, _order(0, CallSpec(0, 5, abi.encodeCall(target.refund, (5)))));
        assertEq(account.balance, BALANCE);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Several limits
    // ---------------------------------------------------------------------------------------------------------------

    function test_holdsTwoLimitsOnOneTokenTogether() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), 100, 1 hours), _limit(address(token), 150, 1 days));
        Grant memory granted = _grant(session, _transferScope());
        _execute(granted, _order(0, _transferData(100)));
        vm.warp(START + 1 hours);
        _refuse(
            granted,
            _order(1, _transferData(51)),
            abi.encodeWithSelector(ISessionErrors.LimitExceeded.selector, 1, token, 151, 150)
        );
        _execute(granted, _order(1, _transferData(50)));
        uint256[] memory left = manager.remaining(granted.packed);
        assertEq(left[0], 50);
        assertEq(left[1], 0);
    }

    function test_keepsLimitsOnDifferentTokensApart() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), 100, 0), _limit(address(hostile), 100, 0));
        Grant memory granted = _grant(
            session,
            _scopes(_transferScope(), _scope(address(hostile), token.transfer.selector))
        );
        uint256 position = _position(granted, address(hostile), token.transfer.selector);
        _execute(granted, _order(0, CallSpec(position, 0, _transferData(30))));
        uint256[] memory left = manager.remaining(granted.packed);
        assertEq(left[0], 100);
        assertEq(left[1], 70);
    }

    function test_keepsSessionsApart() public {
        Grant memory first = _grantTransfers();
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.salt = bytes32(uint256(1));
        Grant memory second = _grant(session, _transferScope());
        _execute(first, _order(0, _transferData(5)));
        assertEq(_remaining(second), LIMIT);
        _execute(second, _order(0, _transferData(7)));
        assertEq(_remaining(first), LIMIT - 5);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Periods
    // ---------------------------------------------------------------------------------------------------------------

    function test_startsAnew_inTheNextPeriod() public {
        Grant memory granted = _grantTransfers();
        vm.warp(START + PERIOD - 1);
        _execute(granted, _order(0, _transferData(LIMIT)));
        _refuseAbove(granted, _order(1, _transferData(1)), address(token), LIMIT + 1);
        vm.warp(START + PERIOD);
        _execute(granted, _order(1, _transferData(LIMIT)));
        assertEq(token.balanceOf(recipient), 2 * LIMIT);
    }

    function test_neverStartsAnew_withoutAPeriod() public {
        Grant memory granted = _grant(_session(_limit(address(token), LIMIT, 0)), _transferScope());
        _execute(granted, _order(0, _transferData(LIMIT)));
        vm.warp(START + VALID_FOR - 1);
        _refuseAbove(granted, _order(1, _transferData(1)), address(token), LIMIT + 1);
    }

    function test_countsPeriodsFromValidAfter() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.validAfter = START - 1 hours;
        Grant memory granted = _grant(session, _transferScope());
        _execute(granted, _order(0, _transferData(LIMIT)));
        vm.warp(START + PERIOD - 1 hours);
        assertEq(_remaining(granted), LIMIT);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Tokens that misbehave
    // ---------------------------------------------------------------------------------------------------------------

    function test_accepts_whenATokenAnswersNothing() public {
        _execute(_grantAnswering(HostileToken.Answer.Nothing), _hostileTransfer());
        assertEq(hostile.balanceOf(recipient), 1);
    }

    function test_reverts_whenATokenAnswersFalse() public {
        _refuse(_grantAnswering(HostileToken.Answer.False), _hostileTransfer(), _refused());
    }

    function test_reverts_whenATokenAnswersTwo() public {
        _refuse(_grantAnswering(HostileToken.Answer.Two), _hostileTransfer(), _refused());
    }

    function test_reverts_whenATokenAnswersOneByte() public {
        _refuse(_grantAnswering(HostileToken.Answer.OneByte), _hostileTransfer(), _refused());
    }

    function test_reverts_whenABalanceReverts() public {
        _refuseReading(HostileToken.Reading.Revert);
    }

    function test_reverts_whenABalanceIsShort() public {
        _refuseReading(HostileToken.Reading.Short);
    }

    function test_reverts_whenABalanceEatsTheGas() public {
        _refuseReading(HostileToken.Reading.EatGas);
    }

    function test_accepts_whenABalanceIsABomb() public {
        Grant memory granted = _grantHostile();
        hostile.setReadings(HostileToken.Reading.Bomb, HostileToken.Reading.True);
        _execute(granted, _hostileTransfer());
        assertEq(_remaining(granted), LIMIT - 1);
    }

    function test_chargesTheDeclaredAmount_whenABalanceGrows() public {
        Grant memory granted = _grantHostile();
        hostile.setReadings(HostileToken.Reading.Grow, HostileToken.Reading.True);
        _execute(granted, _hostileTransfer());
        assertEq(_remaining(granted), LIMIT - 1);
    }

    function test_reverts_whenTheTokenHasNoCode() public {
        address nowhere = _address("nowhere");
        Grant memory granted = _grant(_session(_limit(nowhere, LIMIT, 0)), _scope(nowhere, token.transfer.selector));
        _refuse(
            granted,
            _order(0, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.TokenUnreadable.selector, nowhere)
        );
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _grantHostile() private returns (Grant memory) {
        return
            _grant(
                _session(_limit(address(hostile), LIMIT, PERIOD)),
                _scope(address(hostile), token.transfer.selector)
            );
    }

    function _grantAnswering(HostileToken.Answer answer) private returns (Grant memory) {
        hostile.setAnswers(answer, HostileToken.Answer.True);
        return _grantHostile();
    }

    function _hostileTransfer() private view returns (OrderSpec memory) {
        return _order(0, _transferData(1));
    }

    function _refused() private view returns (bytes memory) {
        return abi.encodeWithSelector(ISessionErrors.TokenRefused.selector, hostile);
    }

    function _refuseReading(HostileToken.Reading reading) private {
        Grant memory granted = _grantHostile();
        hostile.setReadings(reading, HostileToken.Reading.True);
        bytes memory order = _signed(granted, _hostileTransfer());
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.TokenUnreadable.selector, hostile));
        manager.execute{gas: 2_000_000}(order);
    }

    function _refuseAbove(Grant memory granted, OrderSpec memory order, address limited, uint256 charged) private {
        _refuse(
            granted,
            order,
            abi.encodeWithSelector(
                ISessionErrors.LimitExceeded.selector,
                0,
                limited,
                charged,
                granted.session.limits[0].amount
            )
        );
    }
}
