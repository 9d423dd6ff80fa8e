// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISessionErrors} from "../interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {CalldataReader} from "./CalldataReader.sol";
import {ScopeCodec} from "./ScopeCodec.sol";

/// @dev Why a scope does not admit a call.
enum Breach {
    None,
    Target,
    Value,
    Data,
    RuleOutOfBounds,
    RuleBroken
}

/// @title Does a scope admit a call?
/// @dev Only ever says no: every check must pass, none can overrule another.
library CallCheck {
    /// @notice Reverts unless the scope admits a call with `value` and `data`.
    /// @param scopeAt Of the packed scope in calldata.
    /// @param index Of the call in its order, for the error.
    /// @return target The scope's.
    function check(
        uint256 scopeAt,
        address account,
        uint256 index,
        uint256 value,
        uint256 dataAt,
        uint256 dataLength
    ) internal view returns (address target) {
        Breach breach;
        uint256 rule;
        uint256 found;
        (target, breach, rule, found) = findBreach(scopeAt, account, value, dataAt, dataLength);
        if (breach != Breach.None) _refuse(breach, index, target, value, dataLength, scopeAt, rule, found);
    }

    /// @notice The first thing by which the scope does not admit a call to its own target.
    /// @return target The scope's.
    /// @return breach `None` if it admits it.
    /// @return rule Index of the broken rule.
    /// @return found The word it found.
    function findBreach(
        uint256 scopeAt,
        address account,
        uint256 value,
        uint256 dataAt,
        uint256 dataLength
    ) internal view returns (address target, Breach breach, uint256 rule, uint256 found) {
        (uint256 head, uint256 maxValue, uint256 rulesAt) = ScopeCodec.read(scopeAt);
        target = address(uint160(head >> 80));
        // Refused at grant as well; here it holds whatever a grant let through.
        if (target == account || target == address(this)) return (target, Breach.Target, 0, 0);
        if (value > maxValue) return (target, Breach.Value, 0, 0);
        if (!_matches(uint32(head >> 48), dataAt, dataLength)) return (target, Breach.Data, 0, 0);
        uint256 ruleCount = uint8(head >> 240);
        if (ruleCount != 0) (breach, rule, found) = _findBrokenRule(rulesAt, ruleCount, account, dataAt, dataLength);
    }

    /// @dev Token transfers must be long enough for the amount the meter declares from them.
    function _matches(uint256 selector, uint256 dataAt, uint256 dataLength) private pure returns (bool) {
        if (selector == 0) return dataLength == 0;
        if (dataLength < 4 || CalldataReader.number(dataAt, 4) != selector) return false;
        if (selector == uint32(IERC20.transfer.selector)) return dataLength >= 68;
        if (selector == uint32(IERC20.transferFrom.selector)) return dataLength >= 100;
        return true;
    }

    function _findBrokenRule(
        uint256 cursor,
        uint256 ruleCount,
        address account,
        uint256 dataAt,
        uint256 dataLength
    ) private pure returns (Breach, uint256 rule, uint256 found) {
        // At most 255 rules of at most 516 bytes; offset < 2^16.
        unchecked {
            for (; rule < ruleCount; ++rule) {
                uint256 head = CalldataReader.number(cursor, 4);
                ISessionTypes.RuleOp op = ISessionTypes.RuleOp(head >> 24);
                uint256 wordAt = 4 + ((head >> 8) & 0xffff);
                cursor += 3;
                if (wordAt + 32 > dataLength) return (Breach.RuleOutOfBounds, rule, 0);
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
                if (!holds) return (Breach.RuleBroken, rule, found);
            }
            return (Breach.None, 0, 0);
        }
    }

    function _compare(ISessionTypes.RuleOp op, uint256 word, uint256 value) private pure returns (bool) {
        if (op == ISessionTypes.RuleOp.Equal) return word == value;
        if (op == ISessionTypes.RuleOp.NotEqual) return word != value;
        if (op == ISessionTypes.RuleOp.AtMost) return word <= value;
        return word >= value;
    }

    function _refuse(
        Breach breach,
        uint256 index,
        address target,
        uint256 value,
        uint256 dataLength,
        uint256 scopeAt,
        uint256 rule,
        uint256 found
    ) private pure {
        if (breach == Breach.Target) revert ISessionErrors.ForbiddenTargetCalled(index, target);
        (uint256 head, uint256 maxValue, ) = ScopeCodec.read(scopeAt);
        if (breach == Breach.Value) revert ISessionErrors.CallValueTooHigh(index, value, maxValue);
        if (breach == Breach.Data) {
            revert ISessionErrors.CallDataInvalid(index, bytes4(uint32(head >> 48)), dataLength);
        }
        if (breach == Breach.RuleOutOfBounds) revert ISessionErrors.RuleOutOfBounds(index, rule, dataLength);
        revert ISessionErrors.RuleBroken(index, rule, bytes32(found));
    }
}
