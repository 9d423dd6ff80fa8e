// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "./BaseTest.sol";

/// @title What tests of signed grants start from
/// @dev The struct hash is built here from the type strings of EIP-712, word by word.
abstract contract SignedGrantTest is BaseTest {
    string internal constant LIMIT_TYPE =
        "Limit(address token,uint104 amount,uint32 period,uint104 approveAbove,uint8 kind)";
    string internal constant RULE_TYPE = "Rule(uint8 op,uint16 offset,bytes32[] values)";
    string internal constant SCOPE_TYPE =
        "Scope(address target,bytes4 selector,uint128 maxValue,address spendToken,uint8 spendMethod,address policy,Rule[] rules)";
    string internal constant SESSION_TYPE =
        "Session(address account,uint8 accountKind,bytes signer,uint48 validAfter,uint48 validUntil,uint24 maxOrders,uint32 minInterval,uint32 epoch,address relayer,address sentinel,bool sentinelMayRevoke,uint32 leaseTtl,bytes approver,bool revokeOnMisuse,bytes32 scopesRoot,bytes32 salt,Limit[] limits)";
    string internal constant GRANT_TYPE = "Grant(Session session,Scope[] scopes,uint48 deadline)";

    function _grantType() internal pure returns (string memory) {
        return string.concat(GRANT_TYPE, LIMIT_TYPE, RULE_TYPE, SCOPE_TYPE, SESSION_TYPE);
    }

    function _hashGrant(
        ISessionTypes.Session memory session,
        ISessionTypes.Scope[] memory scopes,
        uint48 deadline
    ) internal pure returns (bytes32) {
        bytes memory scopeHashes;
        for (uint256 i; i < scopes.length; ++i) scopeHashes = bytes.concat(scopeHashes, _hashOf(scopes[i]));
        return
            keccak256(
                abi.encode(keccak256(bytes(_grantType())), _hashOf(session), keccak256(scopeHashes), uint256(deadline))
            );
    }

    function _hashOf(ISessionTypes.Session memory session) private pure returns (bytes32) {
        bytes memory limitHashes;
        for (uint256 i; i < session.limits.length; ++i) {
            limitHashes = bytes.concat(limitHashes, _hashOf(session.limits[i]));
        }
        bytes32[] memory words = new bytes32[](18);
        words[0] = keccak256(abi.encodePacked(SESSION_TYPE, LIMIT_TYPE));
        words[1] = _word(session.account);
        words[2] = bytes32(uint256(session.accountKind));
        words[3] = keccak256(session.signer);
        words[4] = bytes32(uint256(session.validAfter));
        words[5] = bytes32(uint256(session.validUntil));
        words[6] = bytes32(uint256(session.maxOrders));
        words[7] = bytes32(uint256(session.minInterval));
        words[8] = bytes32(uint256(session.epoch));
        words[9] = _word(session.relayer);
        words[10] = _word(session.sentinel);
        words[11] = bytes32(uint256(session.sentinelMayRevoke ? 1 : 0));
        words[12] = bytes32(uint256(session.leaseTtl));
        words[13] = keccak256(session.approver);
        words[14] = bytes32(uint256(session.revokeOnMisuse ? 1 : 0));
        words[15] = session.scopesRoot;
        words[16] = session.salt;
        words[17] = keccak256(limitHashes);
        return keccak256(abi.encodePacked(words));
    }

    function _hashOf(ISessionTypes.Limit memory limit) private pure returns (bytes32) {
        bytes32[] memory words = new bytes32[](6);
        words[0] = keccak256(bytes(LIMIT_TYPE));
        words[1] = _word(limit.token);
        words[2] = bytes32(uint256(limit.amount));
        words[3] = bytes32(uint256(limit.period));
        words[4] = bytes32(uint256(limit.approveAbove));
        words[5] = bytes32(uint256(limit.kind));
        return keccak256(abi.encodePacked(words));
    }

    function _hashOf(ISessionTypes.Scope memory scope) private pure returns (bytes32) {
        bytes memory ruleHashes;
        for (uint256 i; i < scope.rules.length; ++i) ruleHashes = bytes.concat(ruleHashes, _hashOf(scope.rules[i]));
        bytes32[] memory words = new bytes32[](8);
        words[0] = keccak256(abi.encodePacked(SCOPE_TYPE, RULE_TYPE));
        words[1] = _word(scope.target);
        words[2] = bytes32(scope.selector);
        words[3] = bytes32(uint256(scope.maxValue));
        words[4] = _word(scope.spendToken);
        words[5] = bytes32(uint256(scope.spendMethod));
        words[6] = _word(scope.policy);
        words[7] = keccak256(ruleHashes);
        return keccak256(abi.encodePacked(words));
    }

    function _hashOf(ISessionTypes.Rule memory rule) private pure returns (bytes32) {
        bytes32[] memory words = new bytes32[](4);
        words[0] = keccak256(bytes(RULE_TYPE));
        words[1] = bytes32(uint256(rule.op));
        words[2] = bytes32(uint256(rule.offset));
        words[3] = keccak256(abi.encodePacked(rule.values));
        return keccak256(abi.encodePacked(words));
    }

    function _word(address value) private pure returns (bytes32) {
        return bytes32(uint256(uint160(value)));
    }
}
