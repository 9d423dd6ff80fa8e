// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {HostileToken} from "../../../contracts/test/HostileToken.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev Temporary allowances: HAZARDS 1.
contract ExecuteAllowancesTest is BaseTest {
    HostileTarget internal target;
    HostileToken internal hostile;

    function setUp() public override {
        super.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
        hostile = HostileToken(_deploy("HostileToken.sol:HostileToken"));
        hostile.mint(account, BALANCE);
    }

    function test_letsTheTargetPull() public {
        Grant memory granted = _grantPull();
        _execute(granted, _pull(0, 5));
        assertEq(hostile.balanceOf(address(target)), 5);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_letsTheTargetPullAllThatIsLeft() public {
        Grant memory granted = _grantPull();
        _execute(granted, _pull(0, 5));
        _execute(granted, _pull(1, LIMIT - 5));
        assertEq(_remaining(granted), 0);
    }

    function test_refusesMoreThanIsLeft() public {
        Grant memory granted = _grantPull();
        _execute(granted, _pull(0, 5));
        bytes memory order = _signed(granted, _pull(1, LIMIT - 4));
        vm.prank(relayer);
        vm.expectPartialRevert(ISessionErrors.CallReverted.selector);
        manager.execute(order);
    }

    function test_capsByTheLeastOfTheLimits() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(hostile), LIMIT, 0), _limit(address(hostile), 3, PERIOD));
        Grant memory granted = _grant(session, _spendScope(address(target), target.draw.selector, address(hostile)));
        bytes memory order = _signed(granted, _pull(0, 4));
        vm.prank(relayer);
        vm.expectPartialRevert(ISessionErrors.CallReverted.selector);
        manager.execute(order);
        _execute(granted, _pull(0, 3));
    }

    function test_leavesNoAllowance_whenAllIsPulled() public {
        _execute(_grantPull(), _pull(0, LIMIT));
        assertEq(hostile.allowance(account, address(target)), 0);
    }

    function test_leavesNoAllowance_whenLessIsPulled() public {
        _execute(_grantPull(), _pull(0, 5));
        assertEq(hostile.allowance(account, address(target)), 0);
    }

    function test_restoresTheOwnersAllowance() public {
        _approve(77);
        _execute(_grantPull(), _pull(0, 5));
        assertEq(hostile.allowance(account, address(target)), 77);
    }

    function test_restoresTheOwnersUnlimitedAllowance() public {
        _approve(type(uint256).max);
        Grant memory granted = _grantPull();
        _execute(granted, _pull(0, 5));
        assertEq(hostile.allowance(account, address(target)), type(uint256).max);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_restoresTheOwnersAllowance_whenItEqualsWhatIsLeft() public {
        _approve(LIMIT);
        _execute(_grantPull(), _pull(0, 5));
        assertEq(hostile.allowance(account, address(target)), LIMIT);
    }

    function test_hidesTheOwnersAllowanceFromTheTarget() public {
        _approve(type(uint256).max);
        Grant memory granted = _grantPull();
        bytes memory order = _signed(granted, _pull(0, LIMIT + 1));
        vm.prank(relayer);
        vm.expectPartialRevert(ISessionErrors.CallReverted.selector);
        manager.execute(order);
        assertEq(hostile.allowance(account, address(target)), type(uint256).max);
    }

    function test_chargesWhatWasBorrowedAndGivenBack() public {
        Grant memory granted = _grant(
            _session(_limit(address(hostile), LIMIT, PERIOD)),
            _spendScope(address(target), target.borrow.selector, address(hostile))
        );
        _execute(granted, _order(0, abi.encodeWithSelector(target.borrow.selector, hostile, 5)));
        assertEq(hostile.balanceOf(account), BALANCE);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_leavesNoAllowance_whenItWasRaisedMeanwhile() public {
        Grant memory granted = _grantPullAndRaise();
        _execute(
            granted,
            _order(0, abi.encodeWithSelector(target.drawAndRaise.selector, hostile, 5, uint256(LIMIT) + 1))
        );
        assertEq(hostile.allowance(account, address(target)), 0);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    /// @dev Who raises it has made it theirs: the owner's earlier one doesn't come back.
    function test_leavesNoAllowance_whenTheOwnersWasRaisedMeanwhile() public {
        _approve(77);
        _execute(
            _grantPullAndRaise(),
            _order(0, abi.encodeWithSelector(target.drawAndRaise.selector, hostile, 5, uint256(LIMIT) + 1))
        );
        assertEq(hostile.allowance(account, address(target)), 0);
    }

    function test_leavesNoAllowance_whenItWasRaisedBelowWhatWasSet() public {
        Grant memory granted = _grantPullAndRaise();
        _execute(granted, _order(0, abi.encodeWithSelector(target.drawAndRaise.selector, hostile, 5, LIMIT - 1)));
        assertEq(hostile.allowance(account, address(target)), 0);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_leavesNoAllowanceForALaterCall() public {
        Grant memory granted = _grant(
            _session(_limit(address(hostile), LIMIT, PERIOD)),
            _scopes(
                _spendScope(address(target), target.draw.selector, address(hostile)),
                _scope(address(target), target.steal.selector)
            )
        );
        bytes memory order = _signed(
            granted,
            _order(
                0,
                CallSpec(_position(granted, address(target), target.draw.selector), 0, _pullData(5)),
                CallSpec(
                    _position(granted, address(target), target.steal.selector),
                    0,
                    abi.encodeWithSelector(target.steal.selector, hostile, account, 1)
                )
            )
        );
        vm.prank(relayer);
        vm.expectPartialRevert(ISessionErrors.CallReverted.selector);
        manager.execute(order);
    }

    function test_leavesNoAllowance_whenTheCallFailsInABatch() public {
        Grant memory granted = _grantPull();
        assertEq(_executeBatch(_signed(granted, _pull(0, LIMIT + 1))), ISessionErrors.CallReverted.selector);
        assertEq(hostile.allowance(account, address(target)), 0);
    }

    function test_pulls_whenTheTokenWantsAllowancesToBeZeroFirst() public {
        _approve(77);
        hostile.setStrictApprove(true);
        Grant memory granted = _grantPull();
        _execute(granted, _pull(0, 5));
        assertEq(hostile.allowance(account, address(target)), 77);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_pulls_whenApproveAnswersNothing() public {
        hostile.setAnswers(HostileToken.Answer.True, HostileToken.Answer.Nothing);
        _execute(_grantPull(), _pull(0, 5));
        assertEq(hostile.balanceOf(address(target)), 5);
    }

    function test_reverts_whenApproveAnswersFalse() public {
        Grant memory granted = _grantPull();
        hostile.setAnswers(HostileToken.Answer.True, HostileToken.Answer.False);
        _refuse(granted, _pull(0, 5), abi.encodeWithSelector(ISessionErrors.TokenRefused.selector, hostile));
    }

    function test_reverts_withTheReason_whenApproveReverts() public {
        Grant memory granted = _grantPull();
        hostile.setAnswers(HostileToken.Answer.True, HostileToken.Answer.Revert);
        bytes memory reason = abi.encodeWithSignature("Error(string)", "no");
        _refuse(granted, _pull(0, 5), abi.encodeWithSelector(ISessionErrors.CallReverted.selector, 0, reason));
    }

    function test_reverts_whenTheAllowanceIsUnreadable() public {
        Grant memory granted = _grantPull();
        hostile.setReadings(HostileToken.Reading.True, HostileToken.Reading.Short);
        _refuse(granted, _pull(0, 5), abi.encodeWithSelector(ISessionErrors.TokenUnreadable.selector, hostile));
    }

    function test_allowsNothing_whenTheLimitIsSpent() public {
        Grant memory granted = _grantPull();
        _execute(granted, _pull(0, LIMIT));
        _execute(granted, _pull(1, 0));
        assertEq(hostile.allowance(account, address(target)), 0);
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _grantPull() private returns (Grant memory) {
        return
            _grant(
                _session(_limit(address(hostile), LIMIT, PERIOD)),
                _spendScope(address(target), target.draw.selector, address(hostile))
            );
    }

    function _grantPullAndRaise() private returns (Grant memory) {
        return
            _grant(
                _session(_limit(address(hostile), LIMIT, PERIOD)),
                _spendScope(address(target), target.drawAndRaise.selector, address(hostile))
            );
    }

    function _pull(uint24 nonce, uint256 amount) private view returns (OrderSpec memory) {
        return _order(nonce, _pullData(amount));
    }

    function _pullData(uint256 amount) private view returns (bytes memory) {
        return abi.encodeWithSelector(target.draw.selector, hostile, amount);
    }

    function _approve(uint256 amount) private {
        vm.prank(account);
        hostile.approve(address(target), amount);
    }
}
