// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISessionManager} from "../interfaces/ISessionManager.sol";
import {IWrappedNative} from "../interfaces/IWrappedNative.sol";
import {ForbiddenSelectors} from "./ForbiddenSelectors.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";
import {ScopeCodec} from "./ScopeCodec.sol";
import {ScopesTree} from "./ScopesTree.sol";

/// @title What no session may hold
/// @dev Everything that can be known at grant is refused at grant, so that a use need not check it again.
library SessionRules {
    uint48 internal constant MAX_DURATION = 365 days;
    uint256 private constant MAX_RULES = 255;
    uint256 private constant MAX_ONE_OF = 16;

    /// @notice Refuses sessions that are malformed, over, or name a feature that is not enforced.
    function checkSession(ISessionManager.Session calldata session, uint32 epoch) internal view {
        _checkSupported(session);
        address signer = address(bytes20(session.signer));
        if (signer == address(0) || signer == session.account || signer == address(this)) {
            revert ISessionManager.SignerInvalid(session.signer);
        }
        if (
            session.validUntil <= session.validAfter || uint256(session.validUntil) - session.validAfter > MAX_DURATION
        ) {
            revert ISessionManager.ValidityInvalid(session.validAfter, session.validUntil, MAX_DURATION);
        }
        if (session.validUntil <= block.timestamp) {
            revert ISessionManager.ValidityOver(session.validUntil, uint48(block.timestamp));
        }
        if (session.maxOrders == 0) revert ISessionManager.MaxOrdersZero();
        if (session.epoch != epoch) revert ISessionManager.EpochMismatch(session.epoch, epoch);
        for (uint256 i; i < session.limits.length; ++i) {
            if (session.limits[i].token == address(0)) revert ISessionManager.LimitTokenZero(i);
            if (session.limits[i].amount == 0) revert ISessionManager.LimitAmountZero(i);
        }
    }

    /// @notice Refuses scopes that could move what no limit meters, and checks that they are the session's.
    /// @return packed The scopes' canonical bytes.
    function checkScopes(
        ISessionManager.Session calldata session,
        ISessionManager.Scope[] calldata scopes
    ) internal view returns (bytes[] memory packed) {
        if (scopes.length == 0) revert ISessionManager.NoScopes();
        bytes memory forbidden = ForbiddenSelectors.table();
        bytes32[] memory leaves = new bytes32[](scopes.length);
        packed = new bytes[](scopes.length);
        for (uint256 i; i < scopes.length; ++i) {
            _checkScope(session, scopes[i], i, forbidden);
            packed[i] = ScopeCodec.pack(scopes[i]);
            leaves[i] = ScopeCodec.toLeaf(keccak256(packed[i]));
            if (i != 0 && leaves[i] <= leaves[i - 1]) revert ISessionManager.ScopesNotSorted(i);
        }
        bytes32 root = ScopesTree.toRoot(leaves);
        if (root != session.scopesRoot) revert ISessionManager.ScopesRootMismatch(session.scopesRoot, root);
    }

    function _checkSupported(ISessionManager.Session calldata session) private pure {
        if (session.accountKind != ISessionManager.AccountKind.SessionAccount) {
            revert ISessionManager.FieldNotSupported("accountKind");
        }
        if (session.signer.length < 20) revert ISessionManager.SignerInvalid(session.signer);
        if (session.signer.length != 20) revert ISessionManager.FieldNotSupported("signer");
        if (session.sentinel != address(0)) revert ISessionManager.FieldNotSupported("sentinel");
        if (session.sentinelMayRevoke) revert ISessionManager.FieldNotSupported("sentinelMayRevoke");
        if (session.leaseTtl != 0) revert ISessionManager.FieldNotSupported("leaseTtl");
        if (session.approver.length != 0) revert ISessionManager.FieldNotSupported("approver");
        if (session.revokeOnMisuse) revert ISessionManager.FieldNotSupported("revokeOnMisuse");
        for (uint256 i; i < session.limits.length; ++i) {
            ISessionManager.Limit calldata limit = session.limits[i];
            if (limit.kind != ISessionManager.LimitKind.Gross) revert ISessionManager.FieldNotSupported("limit.kind");
            if (limit.approveAbove != 0) revert ISessionManager.FieldNotSupported("limit.approveAbove");
        }
    }

    function _checkScope(
        ISessionManager.Session calldata session,
        ISessionManager.Scope calldata scope,
        uint256 index,
        bytes memory forbidden
    ) private view {
        if (scope.policy != address(0)) revert ISessionManager.FieldNotSupported("scope.policy");
        if (scope.spendMethod == ISessionManager.SpendMethod.Permit2) {
            revert ISessionManager.FieldNotSupported("scope.spendMethod");
        }
        if (scope.target == address(0) || scope.target == session.account || scope.target == address(this)) {
            revert ISessionManager.TargetForbidden(index, scope.target);
        }
        if (ForbiddenSelectors.contains(forbidden, scope.selector)) {
            revert ISessionManager.SelectorForbidden(index, scope.target, scope.selector);
        }
        // A token is named by a limit or as a `spendToken`, and a `spendToken` needs a limit: limits name them all.
        bool moves = scope.selector == IERC20.transfer.selector || scope.selector == IERC20.transferFrom.selector;
        if (moves) {
            if (!_isLimited(session, scope.target)) revert ISessionManager.LimitMissing(index, scope.target);
        } else if (_isLimited(session, scope.target) && !_isWrappedNative(scope.selector)) {
            revert ISessionManager.SelectorForbidden(index, scope.target, scope.selector);
        }
        if (scope.maxValue != 0 && !_isLimited(session, NATIVE_TOKEN)) {
            revert ISessionManager.LimitMissing(index, NATIVE_TOKEN);
        }
        _checkSpend(session, scope, index);
        _checkRules(scope, index);
    }

    function _checkSpend(
        ISessionManager.Session calldata session,
        ISessionManager.Scope calldata scope,
        uint256 index
    ) private pure {
        bool spends = scope.spendMethod != ISessionManager.SpendMethod.None;
        // An allowance of a token to itself, of the native token, or for a plain transfer means nothing.
        if (
            spends != (scope.spendToken != address(0)) ||
            (spends && (scope.spendToken == scope.target || scope.spendToken == NATIVE_TOKEN || scope.selector == 0))
        ) {
            revert ISessionManager.SpendTokenInvalid(index, scope.spendToken, scope.spendMethod);
        }
        if (spends && !_isLimited(session, scope.spendToken)) {
            revert ISessionManager.LimitMissing(index, scope.spendToken);
        }
    }

    function _checkRules(ISessionManager.Scope calldata scope, uint256 index) private pure {
        uint256 count = scope.rules.length;
        if (count > MAX_RULES) revert ISessionManager.TooManyRules(index, count, MAX_RULES);
        for (uint256 i; i < count; ++i) {
            ISessionManager.Rule calldata rule = scope.rules[i];
            uint256 values = rule.values.length;
            bool fits;
            if (rule.op == ISessionManager.RuleOp.OneOf) fits = values >= 1 && values <= MAX_ONE_OF;
            else if (rule.op == ISessionManager.RuleOp.IsAccount) fits = values == 0;
            else fits = values == 1;
            // A plain transfer has no argument to compare.
            if (!fits || scope.selector == 0) revert ISessionManager.RuleInvalid(index, i);
        }
    }

    /// @dev Every limit a session may hold now is gross.
    function _isLimited(ISessionManager.Session calldata session, address token) private pure returns (bool) {
        for (uint256 i; i < session.limits.length; ++i) {
            if (session.limits[i].token == token) return true;
        }
        return false;
    }

    function _isWrappedNative(bytes4 selector) private pure returns (bool) {
        return selector == IWrappedNative.deposit.selector || selector == IWrappedNative.withdraw.selector;
    }
}
