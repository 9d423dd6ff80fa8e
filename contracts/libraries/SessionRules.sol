// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {IWrappedNative} from "../interfaces/IWrappedNative.sol";
import {AccountModules} from "./AccountModules.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {ForbiddenSelectors} from "./ForbiddenSelectors.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";
import {PackedWriter} from "./PackedWriter.sol";
import {ScopeCodec} from "./ScopeCodec.sol";
import {ScopesTree} from "./ScopesTree.sol";
import {TypedWords} from "./TypedWords.sol";

/// @title What no session may hold
/// @dev Everything that can be known at grant is refused at grant, so that a use need not check it again. The words of
/// sessions and limits were checked by `TypedWords` before they come here.
library SessionRules {
    using CalldataReader for bytes;
    using PackedWriter for uint256;
    using TypedWords for ISessionTypes.Scope;
    using TypedWords for ISessionTypes.Session;
    using TypedWords for uint256;

    uint48 internal constant MAX_DURATION = 365 days;
    uint256 private constant MAX_RULES = 255;
    uint256 private constant MAX_ONE_OF = 16;

    uint256 private constant SESSION_ACCOUNT = uint256(ISessionTypes.AccountKind.SessionAccount);
    /// @dev Sets of limit kinds.
    uint256 private constant GROSS = 1 << uint256(ISessionTypes.LimitKind.Gross);
    uint256 private constant NET = 1 << uint256(ISessionTypes.LimitKind.Net);

    /// @notice Refuses sessions that are malformed or over.
    /// @param signer Of the session, as are `approver` and `limits`: Solidity checks on every read of them where they lie.
    function checkSession(
        ISessionTypes.Session calldata session,
        bytes calldata signer,
        bytes calldata approver,
        ISessionTypes.Limit[] calldata limits,
        uint32 epoch
    ) internal view {
        _checkSigners(session, signer, approver);
        uint256 validAfter = session.word(TypedWords.VALID_AFTER);
        uint256 validUntil = session.word(TypedWords.VALID_UNTIL);
        // Subtracted only if it is the greater.
        unchecked {
            if (validUntil <= validAfter || validUntil - validAfter > MAX_DURATION) {
                revert ISessionErrors.ValidityInvalid(session.validAfter, session.validUntil, MAX_DURATION);
            }
        }
        if (validUntil <= block.timestamp) {
            revert ISessionErrors.ValidityOver(session.validUntil, uint48(block.timestamp));
        }
        if (session.word(TypedWords.MAX_ORDERS) == 0) revert ISessionErrors.MaxOrdersZero();
        if (session.word(TypedWords.EPOCH) != epoch) revert ISessionErrors.EpochMismatch(session.epoch, epoch);
        uint256 limit = TypedWords.placeOf(limits);
        // All limits lie in calldata.
        unchecked {
            for (uint256 i; i < limits.length; ++i) {
                _checkLimit(limit, i, approver.length != 0);
                limit += TypedWords.LIMIT_SIZE;
            }
        }
    }

    /// @dev Who signs, approves and watches must be three: whoever has the key must not hold its brakes.
    function _checkSigners(
        ISessionTypes.Session calldata session,
        bytes calldata signer,
        bytes calldata approver
    ) private view {
        if (signer.length < 20) revert ISessionErrors.SignerInvalid(signer);
        address key = CalldataReader.addressAt(signer.start());
        if (_isOneOf(uint160(key), 0, session.word(TypedWords.ACCOUNT))) revert ISessionErrors.SignerInvalid(signer);
        uint256 sentinel = session.word(TypedWords.SENTINEL);
        if (sentinel == 0) {
            if (session.word(TypedWords.LEASE_TTL) | session.word(TypedWords.SENTINEL_MAY_REVOKE) != 0) {
                revert ISessionErrors.SentinelInvalid(address(0));
            }
        } else if (sentinel == uint160(key) && signer.length == 20) {
            revert ISessionErrors.SentinelInvalid(key);
        }
        if (approver.length == 0) return;
        if (approver.length < 20 || bytes20(approver) == 0 || keccak256(approver) == keccak256(signer)) {
            revert ISessionErrors.ApproverInvalid(approver);
        }
    }

    /// @param limit Where it starts.
    function _checkLimit(uint256 limit, uint256 index, bool hasApprover) private pure {
        if (limit.word(TypedWords.LIMIT_TOKEN) == 0) revert ISessionErrors.LimitTokenZero(index);
        if (limit.word(TypedWords.LIMIT_KIND) == uint256(ISessionTypes.LimitKind.Inventory)) {
            uint256 period = limit.word(TypedWords.LIMIT_PERIOD);
            if (period != 0) revert ISessionErrors.InventoryPeriodic(index, uint32(period));
        } else if (limit.word(TypedWords.LIMIT_AMOUNT) == 0) {
            revert ISessionErrors.LimitAmountZero(index);
        }
        if (!hasApprover && limit.word(TypedWords.LIMIT_APPROVE_ABOVE) != 0) {
            revert ISessionErrors.ApproverMissing(index);
        }
    }

    /// @notice Refuses scopes that could move what no limit meters, and checks that they are the session's. Writes their
    /// canonical bytes as the ABI encodes `bytes[]`.
    /// @param limits Of the session.
    /// @param leaves As many as scopes; overwritten.
    /// @param place Where the encoding goes: at or beyond the start of free memory.
    /// @return cursor Where it ends.
    function writeScopes(
        ISessionTypes.Session calldata session,
        ISessionTypes.Limit[] calldata limits,
        ISessionTypes.Scope[] calldata scopes,
        bytes32[] memory leaves,
        uint256 place
    ) internal view returns (uint256 cursor) {
        uint256 count = scopes.length;
        if (count == 0) revert ISessionErrors.NoScopes();
        place.put(count, 32);
        bytes32 last;
        // As many words as calldata has at most; memory addresses are far below 2^256.
        unchecked {
            uint256 heads = place + 32;
            cursor = heads + count * 32;
            for (uint256 i; i < count; ++i) {
                // What is written so far is out of the way of what the checks allocate.
                cursor.reserve();
                ISessionTypes.Scope calldata scope = scopes[i];
                ISessionTypes.Rule[] calldata rules = scope.rules;
                _checkScope(session, limits, scope, rules, i);
                (heads + i * 32).put(cursor - heads, 32);
                uint256 end = ScopeCodec.write(scope, rules, cursor + 32);
                bytes32 leaf = ScopeCodec.toLeaf(end.hash(cursor + 32));
                if (leaf <= last) revert ISessionErrors.ScopesNotSorted(i);
                leaves[i] = leaf;
                last = leaf;
                cursor = end.close(cursor);
            }
        }
        bytes32 root = ScopesTree.toRoot(leaves);
        bytes32 stated = bytes32(session.word(TypedWords.SCOPES_ROOT));
        if (root != stated) revert ISessionErrors.ScopesRootMismatch(stated, root);
    }

    function _checkScope(
        ISessionTypes.Session calldata session,
        ISessionTypes.Limit[] calldata limits,
        ISessionTypes.Scope calldata scope,
        ISessionTypes.Rule[] calldata rules,
        uint256 index
    ) private view {
        TypedWords.check(scope);
        address target = address(uint160(scope.word(TypedWords.TARGET)));
        bytes4 selector = bytes4(bytes32(scope.word(TypedWords.SELECTOR)));
        address account = address(uint160(session.word(TypedWords.ACCOUNT)));
        bool isForbidden = _isOneOf(uint160(target), 0, uint160(account));
        if (session.word(TypedWords.ACCOUNT_KIND) != SESSION_ACCOUNT && !isForbidden) {
            isForbidden = AccountModules.isModule(session.accountKind, account, target, selector);
        }
        if (isForbidden) revert ISessionErrors.TargetForbidden(index, target);
        if (ForbiddenSelectors.contains(selector)) {
            revert ISessionErrors.SelectorForbidden(index, target, selector);
        }
        _checkMovement(limits, target, selector, scope.word(TypedWords.SCOPE_MAX_VALUE), index);
        _checkSpend(limits, scope, index);
        if (rules.length != 0) _checkRules(rules, selector, index);
        address policy = address(uint160(scope.word(TypedWords.POLICY)));
        if (policy != address(0)) {
            if (policy == account || policy == address(this) || policy.code.length == 0) {
                revert ISessionErrors.PolicyInvalid(index, policy);
            }
        }
    }

    /// @dev What moves a token by itself needs a gross limit, for the credit of a net one can be made by converting the
    /// account's other assets. A token is named by a limit or as a `spendToken`, and a `spendToken` needs a limit: limits
    /// name them all.
    function _checkMovement(
        ISessionTypes.Limit[] calldata limits,
        address target,
        bytes4 selector,
        uint256 maxValue,
        uint256 index
    ) private pure {
        uint256 kinds = _kindsOf(limits, target);
        if (selector != 0 && _isTransfer(selector)) {
            if (kinds & GROSS == 0) revert ISessionErrors.LimitMissing(index, target);
        } else if (kinds != 0 && !_isWrappedNative(selector)) {
            revert ISessionErrors.SelectorForbidden(index, target, selector);
        }
        if (maxValue == 0) return;
        if (_kindsOf(limits, NATIVE_TOKEN) & (selector == 0 ? GROSS : GROSS | NET) == 0) {
            revert ISessionErrors.LimitMissing(index, NATIVE_TOKEN);
        }
    }

    function _checkSpend(
        ISessionTypes.Limit[] calldata limits,
        ISessionTypes.Scope calldata scope,
        uint256 index
    ) private pure {
        uint256 token = scope.word(TypedWords.SPEND_TOKEN);
        bool spends = scope.word(TypedWords.SPEND_METHOD) != uint256(ISessionTypes.SpendMethod.None);
        if (!spends && token == 0) return;
        // An allowance of a token to itself, of the native token, or for a transfer means nothing; and what a token's
        // transfer declares is charged instead of an allowance.
        if (
            !spends ||
            token == 0 ||
            token == scope.word(TypedWords.TARGET) ||
            token == uint160(NATIVE_TOKEN) ||
            _isTransfer(scope.selector)
        ) {
            revert ISessionErrors.SpendTokenInvalid(index, scope.spendToken, scope.spendMethod);
        }
        if (_kindsOf(limits, scope.spendToken) & (GROSS | NET) == 0) {
            revert ISessionErrors.LimitMissing(index, scope.spendToken);
        }
    }

    function _checkRules(ISessionTypes.Rule[] calldata rules, bytes4 selector, uint256 index) private pure {
        uint256 count = rules.length;
        if (count > MAX_RULES) revert ISessionErrors.TooManyRules(index, count, MAX_RULES);
        for (uint256 i; i < count; ++i) {
            ISessionTypes.Rule calldata rule = rules[i];
            ISessionTypes.RuleOp op = rule.op;
            uint256 values = rule.values.length;
            bool fits;
            if (op == ISessionTypes.RuleOp.OneOf) fits = values >= 1 && values <= MAX_ONE_OF;
            else if (op == ISessionTypes.RuleOp.IsAccount) fits = values == 0;
            else fits = values == 1;
            // A plain transfer has no argument to compare.
            if (!fits || selector == 0) revert ISessionErrors.RuleInvalid(index, i);
        }
    }

    /// @return kinds Bit i = `token` has a limit of kind i.
    function _kindsOf(ISessionTypes.Limit[] calldata limits, address token) private pure returns (uint256 kinds) {
        // All limits lie in calldata.
        unchecked {
            uint256 limit = TypedWords.placeOf(limits);
            for (
                uint256 end = limit + limits.length * TypedWords.LIMIT_SIZE;
                limit != end;
                limit += TypedWords.LIMIT_SIZE
            ) {
                if (limit.word(TypedWords.LIMIT_TOKEN) == uint160(token)) {
                    kinds |= 1 << limit.word(TypedWords.LIMIT_KIND);
                }
            }
        }
    }

    /// @return isOne Whether the address is one of the two or the manager.
    function _isOneOf(uint256 address_, uint256 first, uint256 second) private view returns (bool isOne) {
        // address_ == first || address_ == second || address_ == uint160(address(this)), without a jump.
        assembly ("memory-safe") {
            isOne := or(or(eq(address_, first), eq(address_, second)), eq(address_, address()))
        }
    }

    /// @return Whether calls with the selector move the native token, or the target if that is a token.
    function _isTransfer(bytes4 selector) private pure returns (bool) {
        return selector == 0 || selector == IERC20.transfer.selector || selector == IERC20.transferFrom.selector;
    }

    function _isWrappedNative(bytes4 selector) private pure returns (bool) {
        return selector == IWrappedNative.deposit.selector || selector == IWrappedNative.withdraw.selector;
    }
}
