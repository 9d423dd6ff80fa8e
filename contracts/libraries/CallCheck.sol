// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {ScopeCodec} from "./ScopeCodec.sol";

/// @title Why a scope does not admit a call
/// @dev Numbers and not an enum, which the compiler would check wherever it is passed.
library Breach {
    uint256 internal constant NONE = 0;
    uint256 internal constant TARGET = 1;
    uint256 internal constant VALUE = 2;
    uint256 internal constant DATA = 3;
    uint256 internal constant RULE_OUT_OF_BOUNDS = 4;
    uint256 internal constant RULE_BROKEN = 5;
}

/// @title Does a scope admit a call?
/// @dev Only ever says no: every check must pass, none can overrule another.
library CallCheck {
    uint256 private constant TRANSFER = uint32(IERC20.transfer.selector);
    uint256 private constant TRANSFER_FROM = uint32(IERC20.transferFrom.selector);

    /// @notice Reverts unless the scope admits a call to its target with `value` and data.
    /// @param scopeAt Of the packed scope in calldata.
    /// @param head The scope's first 32 bytes.
    /// @param index Of the call in its order, for the error.
    function check(
        uint256 scopeAt,
        uint256 head,
        address account,
        uint256 index,
        uint256 value,
        uint256 dataAt,
        uint256 dataLength
    ) internal view {
        (uint256 breach, uint256 rule, uint256 found) = findBreach(scopeAt, head, account, value, dataAt, dataLength);
        if (breach != Breach.NONE) _refuse(breach, index, value, dataLength, scopeAt, rule, found);
    }

    /// @notice The first thing by which the scope does not admit a call to its target.
    /// @return breach `Breach.NONE` if it admits it.
    /// @return rule Index of the broken rule.
    /// @return found The word it found.
    function findBreach(
        uint256 scopeAt,
        uint256 head,
        address account,
        uint256 value,
        uint256 dataAt,
        uint256 dataLength
    ) internal view returns (uint256 breach, uint256 rule, uint256 found) {
        address target = ScopeCodec.targetOf(head);
        // Refused at grant as well; here it holds whatever a grant let through.
        if (target == account) return (Breach.TARGET, 0, 0);
        if (target == address(this)) return (Breach.TARGET, 0, 0);
        if (value != 0) {
            if (value > ScopeCodec.readMaxValue(scopeAt)) return (Breach.VALUE, 0, 0);
        }
        uint256 selector = ScopeCodec.selectorOf(head);
        if (selector == 0) {
            if (dataLength != 0) return (Breach.DATA, 0, 0);
        } else {
            // Token transfers must be long enough for the amount the meter declares from them.
            uint256 required = 4;
            if (selector == TRANSFER) required = 68;
            else if (selector == TRANSFER_FROM) required = 100;
            if (dataLength < required) return (Breach.DATA, 0, 0);
            if (CalldataReader.uint32At(dataAt) != selector) return (Breach.DATA, 0, 0);
        }
        uint256 ruleCount = ScopeCodec.ruleCountOf(head);
        if (ruleCount == 0) return (Breach.NONE, 0, 0);
        return _findBrokenRule(ScopeCodec.findRules(scopeAt), ruleCount, account, dataAt, dataLength);
    }

    function _findBrokenRule(
        uint256 cursor,
        uint256 ruleCount,
        address account,
        uint256 dataAt,
        uint256 dataLength
    ) private pure returns (uint256 breach, uint256 rule, uint256 found) {
        // At most 255 rules of at most 516 bytes; offset < 2^16.
        unchecked {
            for (; rule < ruleCount; ++rule) {
                uint256 head = CalldataReader.uint32At(cursor);
                ISessionTypes.RuleOp op = ISessionTypes.RuleOp(head >> 24);
                uint256 wordAt = 4 + ((head >> 8) & 0xffff);
                cursor += 3;
                if (wordAt + 32 > dataLength) return (Breach.RULE_OUT_OF_BOUNDS, rule, 0);
                found = CalldataReader.word(dataAt + wordAt);
                bool holds;
                if (op == ISessionTypes.RuleOp.IsAccount) {
                    holds = found == uint160(account);
                } else if (op == ISessionTypes.RuleOp.OneOf) {
                    uint256 end = cursor + 1 + 32 * (head & 0xff);
                    for (cursor += 1; cursor < end; cursor += 32) {
                        if (found == CalldataReader.word(cursor)) holds = true;
                    }
                } else {
                    holds = _compare(op, found, CalldataReader.word(cursor));
                    cursor += 32;
                }
                if (!holds) return (Breach.RULE_BROKEN, rule, found);
            }
            return (Breach.NONE, 0, 0);
        }
    }

    function _compare(ISessionTypes.RuleOp op, uint256 word, uint256 value) private pure returns (bool) {
        if (op == ISessionTypes.RuleOp.Equal) return word == value;
        if (op == ISessionTypes.RuleOp.NotEqual) return word != value;
        if (op == ISessionTypes.RuleOp.AtMost) return word <= value;
        return word >= value;
    }

    function _refuse(
        uint256 breach,
        uint256 index,
        uint256 value,
        uint256 dataLength,
        uint256 scopeAt,
        uint256 rule,
        uint256 found
    ) private pure {
        uint256 head = CalldataReader.word(scopeAt);
        if (breach == Breach.TARGET) {
            revert ISessionErrors.ForbiddenTargetCalled(index, ScopeCodec.targetOf(head));
        }
        if (breach == Breach.VALUE) {
            revert ISessionErrors.CallValueTooHigh(index, value, ScopeCodec.readMaxValue(scopeAt));
        }
        if (breach == Breach.DATA) {
            revert ISessionErrors.CallDataInvalid(index, bytes4(uint32(ScopeCodec.selectorOf(head))), dataLength);
        }
        if (breach == Breach.RULE_OUT_OF_BOUNDS) revert ISessionErrors.RuleOutOfBounds(index, rule, dataLength);
        revert ISessionErrors.RuleBroken(index, rule, bytes32(found));
    }
}
