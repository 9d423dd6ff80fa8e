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
}

/// @dev How setting or taking back an allowance went wrong.
enum AllowanceFault {
    None,
    TokenUnreadable,
    TokenRefused
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
        if (allowance.before != allowance.cap && !_forceApprove(allowance, allowance.cap)) {
            return AllowanceFault.TokenRefused;
        }
        if (allowance.method == ISessionTypes.SpendMethod.Permit2 && !_approvePermit2(allowance, allowance.cap)) {
            return AllowanceFault.TokenRefused;
        }
        return AllowanceFault.None;
    }

    /// @return fault What went wrong.
    /// @return consumed How much of it the target used.
    function takeBack(Allowance memory allowance) internal returns (AllowanceFault fault, uint256 consumed) {
        uint256 cap = allowance.cap;
        if (allowance.method == ISessionTypes.SpendMethod.Permit2) {
            (bool isRead, uint256 open) = _permit2Allowance(allowance);
            if (!isRead) return (AllowanceFault.TokenUnreadable, 0);
            if (open < cap) consumed = cap - open;
            if (open != 0 && !_approvePermit2(allowance, 0)) return (AllowanceFault.TokenRefused, 0);
        }
        (bool ok, uint256 left) = _allowance(allowance);
        if (!ok) return (AllowanceFault.TokenUnreadable, 0);
        if (left < cap && cap - left > consumed) consumed = cap - left;
        uint256 restored = left > cap ? 0 : allowance.before;
        if (left != restored && !_forceApprove(allowance, restored)) return (AllowanceFault.TokenRefused, 0);
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
    function _forceApprove(Allowance memory allowance, uint256 amount) private returns (bool) {
        if (_approve(allowance, amount)) return true;
        return _approve(allowance, 0) && _approve(allowance, amount);
    }

    function _approve(Allowance memory allowance, uint256 amount) private returns (bool) {
        (bool ok, uint256 consent) = AccountCalls.call(
            allowance.account,
            allowance.kind,
            allowance.token,
            abi.encodeCall(IERC20.approve, (_spender(allowance), amount))
        );
        return ok && consent != 0;
    }

    function _approvePermit2(Allowance memory allowance, uint256 amount) private returns (bool ok) {
        // amount <= cap, and limits are below 2^104.
        (ok, ) = AccountCalls.call(
            allowance.account,
            allowance.kind,
            address(PERMIT2),
            abi.encodeCall(
                IPermit2.approve,
                (allowance.token, allowance.target, uint160(amount), uint48(block.timestamp))
            )
        );
    }
}
