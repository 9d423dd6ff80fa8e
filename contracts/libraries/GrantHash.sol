// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../interfaces/ISessionTypes.sol";

/// @title EIP-712 struct hash of a grant
library GrantHash {
    bytes private constant LIMIT_TYPE =
        "Limit(address token,uint104 amount,uint32 period,uint104 approveAbove,uint8 kind)";
    bytes private constant RULE_TYPE = "Rule(uint8 op,uint16 offset,bytes32[] values)";
    bytes private constant SCOPE_TYPE =
        "Scope(address target,bytes4 selector,uint128 maxValue,address spendToken,uint8 spendMethod,address policy,Rule[] rules)";
    bytes private constant SESSION_TYPE =
        "Session(address account,uint8 accountKind,bytes signer,uint48 validAfter,uint48 validUntil,uint24 maxOrders,uint32 minInterval,uint32 epoch,address relayer,address sentinel,bool sentinelMayRevoke,uint32 leaseTtl,bytes approver,bool revokeOnMisuse,bytes32 scopesRoot,bytes32 salt,Limit[] limits)";
    bytes private constant GRANT_TYPE = "Grant(Session session,Scope[] scopes,uint48 deadline)";

    function hashGrant(
        ISessionTypes.Session calldata session,
        ISessionTypes.Scope[] calldata scopes,
        uint48 deadline
    ) internal pure returns (bytes32) {
        bytes32[] memory scopeHashes = new bytes32[](scopes.length);
        for (uint256 i; i < scopes.length; ++i) scopeHashes[i] = _hashScope(scopes[i]);
        bytes32 typehash = keccak256(bytes.concat(GRANT_TYPE, LIMIT_TYPE, RULE_TYPE, SCOPE_TYPE, SESSION_TYPE));
        return
            keccak256(abi.encode(typehash, _hashSession(session), keccak256(abi.encodePacked(scopeHashes)), deadline));
    }

    function _hashSession(ISessionTypes.Session calldata session) private pure returns (bytes32) {
        bytes32[] memory limitHashes = new bytes32[](session.limits.length);
        for (uint256 i; i < limitHashes.length; ++i) {
            ISessionTypes.Limit calldata limit = session.limits[i];
            limitHashes[i] = keccak256(
                abi.encode(
                    keccak256(LIMIT_TYPE),
                    limit.token,
                    limit.amount,
                    limit.period,
                    limit.approveAbove,
                    limit.kind
                )
            );
        }
        // In two parts, for the compiler's stack; all members are one word.
        bytes memory head = abi.encode(
            keccak256(bytes.concat(SESSION_TYPE, LIMIT_TYPE)),
            session.account,
            session.accountKind,
            keccak256(session.signer),
            session.validAfter,
            session.validUntil,
            session.maxOrders,
            session.minInterval,
            session.epoch
        );
        bytes memory tail = abi.encode(
            session.relayer,
            session.sentinel,
            session.sentinelMayRevoke,
            session.leaseTtl,
            keccak256(session.approver),
            session.revokeOnMisuse,
            session.scopesRoot,
            session.salt,
            keccak256(abi.encodePacked(limitHashes))
        );
        return keccak256(bytes.concat(head, tail));
    }

    function _hashScope(ISessionTypes.Scope calldata scope) private pure returns (bytes32) {
        bytes32[] memory ruleHashes = new bytes32[](scope.rules.length);
        for (uint256 i; i < ruleHashes.length; ++i) {
            ISessionTypes.Rule calldata rule = scope.rules[i];
            ruleHashes[i] = keccak256(
                abi.encode(keccak256(RULE_TYPE), rule.op, rule.offset, keccak256(abi.encodePacked(rule.values)))
            );
        }
        return
            keccak256(
                abi.encode(
                    keccak256(bytes.concat(SCOPE_TYPE, RULE_TYPE)),
                    scope.target,
                    scope.selector,
                    scope.maxValue,
                    scope.spendToken,
                    scope.spendMethod,
                    scope.policy,
                    keccak256(abi.encodePacked(ruleHashes))
                )
            );
    }
}
