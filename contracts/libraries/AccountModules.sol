// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC7579ModuleConfig} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {ISafe} from "../interfaces/ISafe.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {AccountCalls} from "./AccountCalls.sol";

/// @title Is a target a module of the account?
/// @dev A module trusts its account as the sender, so no session may call one. An account that does not answer the
/// question in the way of its kind has no target that may be called.
library AccountModules {
    uint256 private constant LAST_MODULE_TYPE = 4;

    /// @param selector That the call carries: a fallback handler is installed for one selector.
    function isModule(
        ISessionTypes.AccountKind kind,
        address account,
        address target,
        bytes4 selector
    ) internal view returns (bool) {
        if (kind == ISessionTypes.AccountKind.SessionAccount) return false;
        if (kind == ISessionTypes.AccountKind.Safe) {
            return _isYes(account, abi.encodeCall(ISafe.isModuleEnabled, (target)));
        }
        bytes memory context = abi.encodePacked(selector);
        for (uint256 type_ = 1; type_ <= LAST_MODULE_TYPE; ++type_) {
            bytes memory input = abi.encodeCall(IERC7579ModuleConfig.isModuleInstalled, (type_, target, context));
            if (_isYes(account, input)) return true;
        }
        return false;
    }

    function _isYes(address account, bytes memory input) private view returns (bool) {
        (bool ok, uint256 answer) = AccountCalls.readWord(account, input);
        return !ok || answer != 0;
    }
}
