// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPermit2} from "../interfaces/IPermit2.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {AccountCalls} from "./AccountCalls.sol";

/// @dev What a target may pull during one call.
struct Allowance {
    address account;
    /// Number of its `AccountKind`.
    uint256 kind;
    address token;
    address target;
    ISessionTypes.SpendMethod method;
    /// At most what the limits have left, so always below the maximum that tokens and Permit2 don't decrement.
    uint256 cap;
    /// The owner's own ERC-20 allowance before.
    uint256 before;
    /// As `AccountCalls.call` has it, of the last call through the account.
    uint256 consent;
}

/// @dev How setting or taking back an allowance went wrong.
enum AllowanceFault {
    None,
    TokenUnreadable,
    /// The token answered an approval with anything but consent.
    TokenRefused,
    /// The account made no call, or what it called reverted.
    CallReverted
}

/// @title Allowances that exist during one call only
/// @dev By ERC-20 the target is allowed to pull; by Permit2 the target is allowed in Permit2, and Permit2 in the token.
/// Afterwards the owner's earlier ERC-20 allowance stands again, or none if it was raised from elsewhere meanwhile;
/// Permit2's is taken back.
library TemporaryAllowance {
    /// @dev The same address on every chain.
    IPermit2 internal constant PERMIT2 = IPermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    function set(Allowance memory allowance) internal returns (AllowanceFault) {
        bool ok;
        (ok, allowance.before) = _allowance(allowance);
        if (!ok) return AllowanceFault.TokenUnreadable;
        if (allowance.before != allowance.cap) {
            AllowanceFault fault = _forceApprove(allowance, allowance.cap);
            if (fault != AllowanceFault.None) return fault;
        }
        if (allowance.method != ISessionTypes.SpendMethod.Permit2) return AllowanceFault.None;
        return _approvePermit2(allowance, allowance.cap);
    }

    /// @return fault What went wrong.
    /// @return consumed How much of it the target used.
    function takeBack(Allowance memory allowance) internal returns (AllowanceFault fault, uint256 consumed) {
        uint256 cap = allowance.cap;
        if (allowance.method == ISessionTypes.SpendMethod.Permit2) {
            (bool isRead, uint256 open) = _permit2Allowance(allowance);
            if (!isRead) return (AllowanceFault.TokenUnreadable, 0);
            if (open < cap) consumed = cap - open;
            if (open != 0) fault = _approvePermit2(allowance, 0);
            if (fault != AllowanceFault.None) return (fault, 0);
        }
        (bool ok, uint256 left) = _allowance(allowance);
        if (!ok) return (AllowanceFault.TokenUnreadable, 0);
        if (left < cap && cap - left > consumed) consumed = cap - left;
        uint256 restored = left > cap ? 0 : allowance.before;
        if (left != restored) fault = _forceApprove(allowance, restored);
    }

    function _spender(Allowance memory allowance) private pure returns (address) {
        return allowance.method == ISessionTypes.SpendMethod.Permit2 ? address(PERMIT2) : allowance.target;
    }

    function _allowance(Allowance memory allowance) private view returns (bool ok, uint256 amount) {
        return
            AccountCalls.readWord(
                allowance.token,
                abi.encodeCall(IERC20.allowance, (allowance.account, _spender(allowance)))
            );
    }

    function _permit2Allowance(Allowance memory allowance) private view returns (bool ok, uint256 amount) {
        return
            AccountCalls.readWord(
                address(PERMIT2),
                abi.encodeCall(IPermit2.allowance, (allowance.account, allowance.token, allowance.target))
            );
    }

    /// @dev Through 0 if the token wants it so.
    function _forceApprove(Allowance memory allowance, uint256 amount) private returns (AllowanceFault fault) {
        fault = _approve(allowance, amount);
        if (fault == AllowanceFault.None) return fault;
        fault = _approve(allowance, 0);
        if (fault == AllowanceFault.None) fault = _approve(allowance, amount);
    }

    function _approve(Allowance memory allowance, uint256 amount) private returns (AllowanceFault) {
        bytes memory data = abi.encodeCall(IERC20.approve, (_spender(allowance), amount));
        if (!_call(allowance, allowance.token, data)) return AllowanceFault.CallReverted;
        return allowance.consent == 0 ? AllowanceFault.TokenRefused : AllowanceFault.None;
    }

    function _approvePermit2(Allowance memory allowance, uint256 amount) private returns (AllowanceFault) {
        // amount <= cap, and limits are below 2^104.
        bytes memory data = abi.encodeCall(
            IPermit2.approve,
            (allowance.token, allowance.target, uint160(amount), uint48(block.timestamp))
        );
        return _call(allowance, address(PERMIT2), data) ? AllowanceFault.None : AllowanceFault.CallReverted;
    }

    function _call(Allowance memory allowance, address target, bytes memory data) private returns (bool ok) {
        (ok, allowance.consent) = AccountCalls.call(allowance.account, allowance.kind, target, data);
    }
}
