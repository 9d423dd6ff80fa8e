// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {IScopePolicy} from "../../../contracts/interfaces/IScopePolicy.sol";
import {HostileVerifier} from "../../../contracts/test/HostileVerifier.sol";
import {BaseTest} from "../BaseTest.sol";

contract ExecutePoliciesTest is BaseTest {
    HostileVerifier internal policy;

    function setUp() public override {
        super.setUp();
        policy = HostileVerifier(_deploy("HostileVerifier.sol:HostileVerifier"));
        _answer(abi.encode(IScopePolicy.checkCall.selector));
    }

    function test_runs_whenThePolicyAdmits() public {
        _execute(_grantAsking(), _order(0, _transferData(5)));
        assertEq(token.balanceOf(recipient), 5);
    }

    function test_asksAboutAccountSessionTargetValueAndData() public {
        Grant memory granted = _grantAsking();
        bytes memory order = _signed(granted, _order(0, _transferData(5)));
        vm.expectCall(
            address(policy),
            abi.encodeCall(IScopePolicy.checkCall, (account, granted.id, address(token), 0, _transferData(5))),
            1
        );
        _execute(order);
    }

    function test_asksForEachCall() public {
        Grant memory granted = _grantAsking();
        bytes memory order = _signed(
            granted,
            _order(0, CallSpec(0, 0, _transferData(5)), CallSpec(0, 0, _transferData(6)))
        );
        vm.expectCall(address(policy), abi.encodePacked(IScopePolicy.checkCall.selector), 2);
        _execute(order);
    }

    function test_asksOnlyForCallsOfItsScope() public {
        ISessionTypes.Scope memory asking = _transferScope();
        asking.policy = address(policy);
        Grant memory granted = _grant(
            _session(_limit(address(token), LIMIT, PERIOD)),
            _scopes(asking, _scope(recipient, 0x11223344))
        );
        uint256 free = _position(granted, recipient, 0x11223344);
        bytes memory order = _signed(
            granted,
            _order(0, CallSpec(free, 0, abi.encodePacked(bytes4(0x11223344))), CallSpec(1 - free, 0, _transferData(6)))
        );
        vm.expectCall(address(policy), abi.encodePacked(IScopePolicy.checkCall.selector), 1);
        _execute(order);
    }

    function test_reverts_whenThePolicyAnswersAnotherWord() public {
        _answer(abi.encode(bytes4(0xffffffff)));
        _refuseRejected(abi.encode(bytes4(0xffffffff)));
    }

    /// @dev The whole word must be the selector, so no other bytes can stand for a yes.
    function test_reverts_whenThePolicyAnswersItsSelectorWithDirt() public {
        bytes memory answer = abi.encode(bytes32(IScopePolicy.checkCall.selector) | bytes32(uint256(1)));
        _answer(answer);
        _refuseRejected(answer);
    }

    function test_reverts_whenThePolicyAnswersTrue() public {
        _answer(abi.encode(true));
        _refuseRejected(abi.encode(true));
    }

    function test_reverts_whenThePolicyAnswersTooLittle() public {
        _answer(abi.encodePacked(IScopePolicy.checkCall.selector));
        _refuseRejected(abi.encodePacked(IScopePolicy.checkCall.selector));
    }

    function test_reverts_whenThePolicyAnswersNothing() public {
        _answer("");
        _refuseRejected("");
    }

    function test_reverts_withTheReason_whenThePolicyReverts() public {
        policy.set(HostileVerifier.Behaviour.Revert, "no");
        _refuseRejected("no");
    }

    /// @dev A revert with the right word is no yes.
    function test_reverts_whenThePolicyRevertsWithItsSelector() public {
        bytes memory answer = abi.encode(IScopePolicy.checkCall.selector);
        policy.set(HostileVerifier.Behaviour.Revert, answer);
        _refuseRejected(answer);
    }

    function test_copiesAtMost256Bytes_whenThePolicyRevertsWithABomb() public {
        policy.set(HostileVerifier.Behaviour.RevertBomb, "");
        _refuseRejected(new bytes(256));
    }

    function test_runs_whenAPolicysYesIsLarge() public {
        policy.set(HostileVerifier.Behaviour.Bomb, abi.encode(IScopePolicy.checkCall.selector));
        _execute(_grantAsking(), _order(0, _transferData(5)));
        assertEq(token.balanceOf(recipient), 5);
    }

    function test_skipsAndUsesNothing_whenThePolicyRejectsInABatch() public {
        Grant memory granted = _grantAsking();
        policy.set(HostileVerifier.Behaviour.Revert, "no");
        assertEq(_executeBatch(_signed(granted, _order(0, _transferData(5)))), ISessionErrors.PolicyRejected.selector);
        assertFalse(_isNonceUsed(granted, 0));
    }

    function test_skipsAndLeavesTheOthersAlone_whenThePolicyEatsTheGas() public {
        Grant memory granted = _grantAsking();
        Grant memory other = _grantIncrement();
        policy.set(HostileVerifier.Behaviour.EatGas, "");
        (bytes4 first, bytes4 second) = _executeBatch(
            _signed(granted, _order(0, _transferData(5))),
            _signed(other, _order(0, abi.encodeCall(token.increment, ())))
        );
        assertEq(first, ISessionErrors.PolicyRejected.selector);
        assertEq(second, bytes4(0));
        assertFalse(_isNonceUsed(granted, 0));
    }

    function test_reverts_whenThePolicyHasLostItsCode() public {
        Grant memory granted = _grantAsking();
        vm.etch(address(policy), "");
        _refuseRejected(granted, "");
    }

    function test_namesTheCall_whenTheSecondIsRejected() public {
        ISessionTypes.Scope memory asking = _transferScope();
        asking.policy = address(policy);
        Grant memory granted = _grant(
            _session(_limit(address(token), LIMIT, PERIOD)),
            _scopes(asking, _scope(recipient, 0x11223344))
        );
        uint256 free = _position(granted, recipient, 0x11223344);
        policy.set(HostileVerifier.Behaviour.Revert, "no");
        _refuse(
            granted,
            _order(0, CallSpec(free, 0, abi.encodePacked(bytes4(0x11223344))), CallSpec(1 - free, 0, _transferData(6))),
            abi.encodeWithSelector(ISessionErrors.PolicyRejected.selector, 1, policy, bytes("no"))
        );
    }

    /// @dev HAZARDS 9: a policy's yes overrules nothing.
    function test_reverts_whenThePolicyAdmitsButARuleDoesNot() public {
        ISessionTypes.Scope memory scope = _transferScope();
        scope.policy = address(policy);
        scope.rules = _rules(_rule(ISessionTypes.RuleOp.AtMost, 32, bytes32(uint256(4))));
        Grant memory granted = _grant(_session(_limit(address(token), LIMIT, PERIOD)), scope);
        _refuse(
            granted,
            _order(0, _transferData(5)),
            abi.encodeWithSelector(ISessionErrors.RuleBroken.selector, 0, 0, uint256(5))
        );
    }

    function test_reverts_whenThePolicyAdmitsButTheLimitDoesNot() public {
        _refuse(
            _grantAsking(),
            _order(0, _transferData(LIMIT + 1)),
            abi.encodeWithSelector(ISessionErrors.LimitExceeded.selector, 0, address(token), LIMIT + 1, LIMIT)
        );
    }

    /// @dev A policy is asked with the account's authority proven: nobody else's order costs its gas.
    function test_isNotAsked_whenTheSignatureIsInvalid() public {
        Grant memory granted = _grantAsking();
        OrderSpec memory spec = _order(0, _transferData(5));
        bytes memory order = _pack(granted, spec, _sign(OWNER_KEY, _hash(granted, spec)));
        vm.expectCall(address(policy), abi.encodePacked(IScopePolicy.checkCall.selector), 0);
        assertEq(_executeBatch(order), ISessionErrors.SignatureInvalid.selector);
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _answer(bytes memory answer) private {
        policy.set(HostileVerifier.Behaviour.Answer, answer);
    }

    function _grantAsking() private returns (Grant memory) {
        ISessionTypes.Scope memory scope = _transferScope();
        scope.policy = address(policy);
        return _grant(_session(_limit(address(token), LIMIT, PERIOD)), scope);
    }

    function _refuseRejected(bytes memory reason) private {
        _refuseRejected(_grantAsking(), reason);
    }

    function _refuseRejected(Grant memory granted, bytes memory reason) private {
        _refuse(
            granted,
            _order(0, _transferData(5)),
            abi.encodeWithSelector(ISessionErrors.PolicyRejected.selector, 0, policy, reason)
        );
    }
}
