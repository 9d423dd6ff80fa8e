// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {IWrappedNative} from "../interfaces/IWrappedNative.sol";
import {AccountModules} from "./AccountModules.sol";
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

    /// @dev Sets of limit kinds.
    uint256 private constant GROSS = 1 << uint256(ISessionTypes.LimitKind.Gross);
    uint256 private constant NET = 1 << uint256(ISessionTypes.LimitKind.Net);
    uint256 private constant ANY = type(uint256).max;

    /// @notice Refuses sessions that are malformed or over.
    function checkSession(ISessionTypes.Session calldata session, uint32 epoch) internal view {
        _checkSigners(session);
        if (
            session.validUntil <= session.validAfter || uint256(session.validUntil) - session.validAfter > MAX_DURATION
        ) {
            revert ISessionErrors.ValidityInvalid(session.validAfter, session.validUntil, MAX_DURATION);
        }
        if (session.validUntil <= block.timestamp) {
            revert ISessionErrors.ValidityOver(session.validUntil, uint48(block.timestamp));
        }
        if (session.maxOrders == 0) revert ISessionErrors.MaxOrdersZero();
        if (session.epoch != epoch) revert ISessionErrors.EpochMismatch(session.epoch, epoch);
        for (uint256 i; i < session.limits.length; ++i) {
            _checkLimit(session, session.limits[i], i);
        }
    }

    /// @dev Who signs, approves and watches must be three: whoever has the key must not hold its brakes.
    function _checkSigners(ISessionTypes.Session calldata session) private view {
        bytes calldata signer = session.signer;
        if (signer.length < 20) revert ISessionErrors.SignerInvalid(signer);
        address key = address(bytes20(signer));
        if (key == address(0) || key == session.account || key == address(this)) {
            revert ISessionErrors.SignerInvalid(signer);
        }
        bool needsSentinel = session.leaseTtl != 0 || session.sentinelMayRevoke;
        if (needsSentinel && session.sentinel == address(0)) revert ISessionErrors.SentinelInvalid(address(0));
        if (signer.length == 20 && session.sentinel == key) revert ISessionErrors.SentinelInvalid(key);
        bytes calldata approver = session.approver;
        if (approver.length == 0) return;
        if (approver.length < 20 || bytes20(approver) == 0 || keccak256(approver) == keccak256(signer)) {
            revert ISessionErrors.ApproverInvalid(approver);
        }
    }

    function _checkLimit(
        ISessionTypes.Session calldata session,
        ISessionTypes.Limit calldata limit,
        uint256 index
    ) private pure {
        if (limit.token == address(0)) revert ISessionErrors.LimitTokenZero(index);
        if (limit.kind == ISessionTypes.LimitKind.Inventory) {
            if (limit.period != 0) revert ISessionErrors.InventoryPeriodic(index, limit.period);
        } else if (limit.amount == 0) {
            revert ISessionErrors.LimitAmountZero(index);
        }
        if (limit.approveAbove != 0 && session.approver.length == 0) revert ISessionErrors.ApproverMissing(index);
    }

    /// @notice Refuses scopes that could move what no limit meters, and checks that they are the session's.
    /// @return packed The scopes' canonical bytes.
    function checkScopes(
        ISessionTypes.Session calldata session,
        ISessionTypes.Scope[] calldata scopes
    ) internal view returns (bytes[] memory packed) {
        if (scopes.length == 0) revert ISessionErrors.NoScopes();
        bytes memory forbidden = ForbiddenSelectors.table();
        bytes32[] memory leaves = new bytes32[](scopes.length);
        packed = new bytes[](scopes.length);
        for (uint256 i; i < scopes.length; ++i) {
            _checkScope(session, scopes[i], i, forbidden);
            packed[i] = ScopeCodec.pack(scopes[i]);
            leaves[i] = ScopeCodec.toLeaf(keccak256(packed[i]));
            if (i != 0 && leaves[i] <= leaves[i - 1]) revert ISessionErrors.ScopesNotSorted(i);
        }
        bytes32 root = ScopesTree.toRoot(leaves);
        if (root != session.scopesRoot) revert ISessionErrors.ScopesRootMismatch(session.scopesRoot, root);
    }

    function _checkScope(
        ISessionTypes.Session calldata session,
        ISessionTypes.Scope calldata scope,
        uint256 index,
        bytes memory forbidden
    ) private view {
        address target = scope.target;
        if (
            target == address(0) ||
            target == session.account ||
            target == address(this) ||
            AccountModules.isModule(session.accountKind, session.account, target, scope.selector)
        ) {
            revert ISessionErrors.TargetForbidden(index, target);
        }
        if (ForbiddenSelectors.contains(forbidden, scope.selector)) {
            revert ISessionErrors.SelectorForbidden(index, target, scope.selector);
        }
        _checkMovement(session, scope, index);
        _checkSpend(session, scope, index);
        _checkRules(scope, index);
        if (scope.policy != address(0)) {
            if (scope.policy == session.account || scope.policy == address(this) || scope.policy.code.length == 0) {
                revert ISessionErrors.PolicyInvalid(index, scope.policy);
            }
        }
    }

    /// @dev What moves a token by itself needs a gross limit, for the credit of a net one can be made by converting the
    /// account's other assets. A token is named by a limit or as a `spendToken`, and a `spendToken` needs a limit: limits
    /// name them all.
    function _checkMovement(
        ISessionTypes.Session calldata session,
        ISessionTypes.Scope calldata scope,
        uint256 index
    ) private pure {
        address target = scope.target;
        bool moves = scope.selector == IERC20.transfer.selector || scope.selector == IERC20.transferFrom.selector;
        if (moves) {
            if (!_hasLimit(session, target, GROSS)) revert ISessionErrors.LimitMissing(index, target);
        } else if (_hasLimit(session, target, ANY) && !_isWrappedNative(scope.selector)) {
            revert ISessionErrors.SelectorForbidden(index, target, scope.selector);
        }
        if (scope.maxValue == 0) return;
        if (!_hasLimit(session, NATIVE_TOKEN, scope.selector == 0 ? GROSS : GROSS | NET)) {
            revert ISessionErrors.LimitMissing(index, NATIVE_TOKEN);
        }
    }

    function _checkSpend(
        ISessionTypes.Session calldata session,
        ISessionTypes.Scope calldata scope,
        uint256 index
    ) private pure {
        bool spends = scope.spendMethod != ISessionTypes.SpendMethod.None;
        // An allowance of a token to itself, of the native token, or for a plain transfer means nothing.
        if (
            spends != (scope.spendToken != address(0)) ||
            (spends && (scope.spendToken == scope.target || scope.spendToken == NATIVE_TOKEN || scope.selector == 0))
        ) {
            revert ISessionErrors.SpendTokenInvalid(index, scope.spendToken, scope.spendMethod);
        }
        if (spends && !_hasLimit(session, scope.spendToken, GROSS | NET)) {
            revert ISessionErrors.LimitMissing(index, scope.spendToken);
        }
    }

    function _checkRules(ISessionTypes.Scope calldata scope, uint256 index) private pure {
        uint256 count = scope.rules.length;
        if (count > MAX_RULES) revert ISessionErrors.TooManyRules(index, count, MAX_RULES);
        for (uint256 i; i < count; ++i) {
            ISessionTypes.Rule calldata rule = scope.rules[i];
            uint256 values = rule.values.length;
            bool fits;
            if (rule.op == ISessionTypes.RuleOp.OneOf) fits = values >= 1 && values <= MAX_ONE_OF;
            else if (rule.op == ISessionTypes.RuleOp.IsAccount) fits = values == 0;
            else fits = values == 1;
            // A plain transfer has no argument to compare.
            if (!fits || scope.selector == 0) revert ISessionErrors.RuleInvalid(index, i);
        }
    }

    /// @param kinds Bit i = limits of kind i count.
    function _hasLimit(
        ISessionTypes.Session calldata session,
        address token,
        uint256 kinds
    ) private pure returns (bool) {
        for (uint256 i; i < session.limits.length; ++i) {
            ISessionTypes.Limit calldata limit = session.limits[i];
            if (limit.token == token && (kinds >> uint256(limit.kind)) & 1 != 0) return true;
        }
        return false;
    }

    function _isWrappedNative(bytes4 selector) private pure returns (bool) {
        return selector == IWrappedNative.deposit.selector || selector == IWrappedNative.withdraw.selector;
    }
}
