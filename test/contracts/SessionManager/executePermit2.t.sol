// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IPermit2} from "../../../contracts/interfaces/IPermit2.sol";
import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {Permit2Target} from "../../../contracts/test/Permit2Target.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 1: temporary allowances through Permit2 itself, whose own code this runs.
contract ExecutePermit2Test is BaseTest {
    string private constant CODE_FILE = "node_modules/@uniswap/v4-periphery/lib/permit2/test/utils/DeployPermit2.sol";
    IPermit2 private constant PERMIT2 = IPermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    Permit2Target internal target;

    function setUp() public override {
        super.setUp();
        // solhint-disable-next-line quotes
        string memory code = vm.split(vm.split(vm.readFile(CODE_FILE), 'hex"')[1], '"')[0];
        vm.etch(address(PERMIT2), vm.parseBytes(string.concat("0x", code)));
        target = Permit2Target(_deploy("Permit2Target.sol:Permit2Target"));
    }

    function test_letsTheTargetPull() public {
        Grant memory granted = _grantPull();
        _execute(granted, _pull(0, 5));
        assertEq(token.balanceOf(address(target)), 5);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_letsTheTargetPullAllThatIsLeft() public {
        Grant memory granted = _grantPull();
        _execute(granted, _pull(0, LIMIT));
        assertEq(_remaining(granted), 0);
        _assertNothingLeft();
    }

    function test_refusesMoreThanIsLeft() public {
        Grant memory granted = _grantPull();
        _execute(granted, _pull(0, LIMIT - 5));
        bytes memory reason = abi.encodeWithSignature("InsufficientAllowance(uint256)", 5);
        _refuse(granted, _pull(1, 6), abi.encodeWithSelector(ISessionErrors.CallReverted.selector, 0, reason));
    }

    function test_leavesNoAllowance_whenLessIsPulled() public {
        _execute(_grantPull(), _pull(0, 5));
        _assertNothingLeft();
    }

    function test_leavesNoAllowance_whenNothingIsPulled() public {
        _execute(_grantPull(), _pull(0, 0));
        _assertNothingLeft();
    }

    function test_leavesNoAllowance_whenTheCallFailsInABatch() public {
        Grant memory granted = _grantPull();
        _executeBatch(_signed(granted, _pull(0, uint256(LIMIT) + 1)));
        _assertNothingLeft();
    }

    function test_restoresTheOwnersAllowanceToPermit2() public {
        _approveToken(77);
        _execute(_grantPull(), _pull(0, 5));
        assertEq(token.allowance(account, address(PERMIT2)), 77);
    }

    function test_restoresTheOwnersUnlimitedAllowanceToPermit2() public {
        _approveToken(type(uint256).max);
        _execute(_grantPull(), _pull(0, 5));
        assertEq(token.allowance(account, address(PERMIT2)), type(uint256).max);
    }

    /// @dev The owner's own allowance in Permit2 is not kept: the target cannot use it beside the session's.
    function test_takesBackTheOwnersAllowanceInPermit2() public {
        _approveToken(type(uint256).max);
        vm.prank(account);
        PERMIT2.approve(address(token), address(target), type(uint160).max, type(uint48).max);
        Grant memory granted = _grantPull();
        _execute(granted, _pull(0, 5));
        (uint160 amount, , ) = PERMIT2.allowance(account, address(token), address(target));
        assertEq(amount, 0);
    }

    function test_hidesTheOwnersAllowanceInPermit2FromTheTarget() public {
        _approveToken(type(uint256).max);
        vm.prank(account);
        PERMIT2.approve(address(token), address(target), type(uint160).max, type(uint48).max);
        Grant memory granted = _grantPull();
        assertEq(_executeBatch(_signed(granted, _pull(0, uint256(LIMIT) + 1))), ISessionErrors.CallReverted.selector);
    }

    function test_chargesWhatWasBorrowedAndGivenBack() public {
        Grant memory granted = _grantScope(target.borrow.selector);
        _execute(granted, _order(0, abi.encodeCall(target.borrow, (address(token), 5))));
        assertEq(token.balanceOf(account), BALANCE);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_allowsNoPullWithoutPermit2() public {
        Grant memory granted = _grantScope(target.drawPlainly.selector);
        bytes memory data = abi.encodeCall(target.drawPlainly, (token, 5));
        assertEq(_executeBatch(_signed(granted, _order(0, data))), ISessionErrors.CallReverted.selector);
    }

    function test_leavesNoAllowanceForALaterCall() public {
        ISessionTypes.Scope[] memory scopes = _scopes(
            _permit2Scope(target.draw.selector),
            _scope(address(target), target.steal.selector)
        );
        Grant memory granted = _grant(_session(_limit(address(token), LIMIT, PERIOD)), scopes);
        uint256 stealing = _position(granted, address(target), target.steal.selector);
        OrderSpec memory spec = _order(
            0,
            CallSpec(1 - stealing, 0, abi.encodeCall(target.draw, (address(token), 5))),
            CallSpec(stealing, 0, abi.encodeCall(target.steal, (address(token), account, 1)))
        );
        assertEq(_executeBatch(_signed(granted, spec)), ISessionErrors.CallReverted.selector);
    }

    function test_chargesTwoPullsOfOneOrderTogether() public {
        Grant memory granted = _grantPull();
        CallSpec memory half = CallSpec(0, 0, abi.encodeCall(target.draw, (address(token), uint160(LIMIT / 2))));
        CallSpec memory more = CallSpec(0, 0, abi.encodeCall(target.draw, (address(token), uint160(LIMIT / 2 + 1))));
        assertEq(_executeBatch(_signed(granted, _order(0, half, more))), ISessionErrors.CallReverted.selector);
        _execute(granted, _order(1, half, half));
        assertEq(_remaining(granted), 0);
    }

    function test_countsALossUnderANetLimit() public {
        ISessionTypes.Limit memory limit = _limit(address(token), 100, PERIOD);
        limit.kind = ISessionTypes.LimitKind.Net;
        Grant memory granted = _grant(
            _session(limit),
            _scopes(_permit2Scope(target.draw.selector), _permit2Scope(target.borrow.selector))
        );
        uint256 drawing = _position(granted, address(target), target.draw.selector);
        bytes memory borrow = abi.encodeCall(target.borrow, (address(token), 90));
        _execute(granted, _order(0, CallSpec(1 - drawing, 0, borrow)));
        assertEq(_remaining(granted), 100);
        _execute(granted, _order(1, CallSpec(drawing, 0, abi.encodeCall(target.draw, (address(token), 90)))));
        assertEq(_remaining(granted), 10);
    }

    function test_needsASignedScope_notAnAllowanceOnly() public {
        // The same call under a scope that pulls by ERC-20 finds no allowance in Permit2.
        Grant memory granted = _grant(
            _session(_limit(address(token), LIMIT, PERIOD)),
            _spendScope(address(target), target.draw.selector, address(token))
        );
        assertEq(_executeBatch(_signed(granted, _pull(0, 5))), ISessionErrors.CallReverted.selector);
    }

    function test_reverts_whenPermit2IsNotOnThisChain() public {
        vm.etch(address(PERMIT2), "");
        _refuse(
            _grantScope(target.drawPlainly.selector),
            _order(0, abi.encodeCall(target.drawPlainly, (token, 0))),
            abi.encodeWithSelector(ISessionErrors.TokenUnreadable.selector, token)
        );
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _permit2Scope(bytes4 selector) private view returns (ISessionTypes.Scope memory scope) {
        scope = _spendScope(address(target), selector, address(token));
        scope.spendMethod = ISessionTypes.SpendMethod.Permit2;
    }

    function _grantScope(bytes4 selector) private returns (Grant memory) {
        return _grant(_session(_limit(address(token), LIMIT, PERIOD)), _permit2Scope(selector));
    }

    function _grantPull() private returns (Grant memory) {
        return _grantScope(target.draw.selector);
    }

    function _pull(uint24 nonce, uint256 amount) private view returns (OrderSpec memory) {
        return _order(nonce, abi.encodeWithSelector(target.draw.selector, token, amount));
    }

    function _approveToken(uint256 amount) private {
        vm.prank(account);
        token.approve(address(PERMIT2), amount);
    }

    function _assertNothingLeft() private view {
        assertEq(token.allowance(account, address(PERMIT2)), 0);
        (uint160 amount, , ) = PERMIT2.allowance(account, address(token), address(target));
        assertEq(amount, 0);
    }
}
