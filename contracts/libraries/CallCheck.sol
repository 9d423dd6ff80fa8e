// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ISessionManager} from "../interfaces/ISessionManager.sol";
import {CalldataBytes} from "./CalldataBytes.sol";
import {ScopeCodec} from "./ScopeCodec.sol";

/// @title Does a scope admit a call?
/// @dev Only ever says no: every check must pass, none can overrule another.
library CallCheck {
    using CalldataBytes for bytes;

    /// @notice Reverts unless `packedScope` admits a call with `value` and `data`.
    /// @param index Of the call in its order, for the error.
    /// @return target The scope's.
    function check(
        bytes calldata packedScope,
        address account,
        uint256 index,
        uint256 value,
        bytes calldata data
    ) internal view returns (address target) {
        (uint256 head, uint256 maxValue, uint256 rulesAt) = ScopeCodec.read(packedScope);
        target = address(uint160(head >> 80));
        bytes4 selector = bytes4(uint32(head >> 48));
        // Refused at grant as well; here it holds whatever a grant let through.
        if (target == account || target == address(this)) {
            revert ISessionManager.ForbiddenTargetCalled(index, target);
        }
        if (value > maxValue) revert ISessionManager.CallValueTooHigh(index, value, maxValue);
        if (selector == 0 ? data.length != 0 : !_matches(selector, data)) {
            revert ISessionManager.CallDataInvalid(index, selector, data.length);
        }
        uint256 ruleCount = uint8(head >> 240);
        if (ruleCount != 0) _checkRules(packedScope, rulesAt, ruleCount, account, index, data);
    }

    /// @dev Token transfers must be long enough for the amount the meter declares from them.
    function _matches(bytes4 selector, bytes calldata data) private pure returns (bool) {
        if (data.length < 4 || bytes4(data.word(0)) != selector) return false;
        if (selector == IERC20.transfer.selector) return data.length >= 68;
        if (selector == IERC20.transferFrom.selector) return data.length >= 100;
        return true;
    }

    function _checkRules(
        bytes calldata packedScope,
        uint256 cursor,
        uint256 ruleCount,
        address account,
        uint256 index,
        bytes calldata data
    ) private pure {
        // At most 255 rules of at most 516 bytes; offset < 2^16.
        unchecked {
            for (uint256 i; i < ruleCount; ++i) {
                ISessionManager.RuleOp op = ISessionManager.RuleOp(packedScope.number(cursor, 1));
                uint256 wordAt = 4 + packedScope.number(cursor + 1, 2);
                cursor += 3;
                if (wordAt + 32 > data.length) revert ISessionManager.RuleOutOfBounds(index, i, data.length);
                uint256 word = uint256(data.word(wordAt));
                bool holds;
                if (op == ISessionManager.RuleOp.IsAccount) {
                    holds = word == uint160(account);
                } else if (op == ISessionManager.RuleOp.OneOf) {
                    uint256 count = packedScope.number(cursor, 1);
                    cursor += 1;
                    for (uint256 j; j < count; ++j) {
                        if (word == uint256(packedScope.word(cursor + 32 * j))) holds = true;
                    }
                    cursor += 32 * count;
                } else {
                    holds = _compare(op, word, uint256(packedScope.word(cursor)));
                    cursor += 32;
                }
                if (!holds) revert ISessionManager.RuleBroken(index, i, bytes32(word));
            }
        }
    }

    function _compare(ISessionManager.RuleOp op, uint256 word, uint256 value) private pure returns (bool) {
        if (op == ISessionManager.RuleOp.Equal) return word == value;
        if (op == ISessionManager.RuleOp.NotEqual) return word != value;
        if (op == ISessionManager.RuleOp.AtMost) return word <= value;
        return word >= value;
    }
}
