// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {SignedGrantTest} from "../SignedGrantTest.sol";

contract HashGrantTest is SignedGrantTest {
    /// @dev Every field of every struct takes its own pseudo-random value.
    function testFuzz_isTheEip712Digest(bytes32 seed, uint48 deadline) public view {
        ISessionTypes.Session memory session = _randomSession(uint256(seed));
        ISessionTypes.Scope[] memory scopes = new ISessionTypes.Scope[](uint256(seed) % 4);
        for (uint256 i; i < scopes.length; ++i) scopes[i] = _randomScope(_next(uint256(seed) + i));
        assertEq(manager.hashGrant(session, scopes, deadline), _digestOf(_hashGrant(session, scopes, deadline)));
    }

    function test_changes_withTheChain() public {
        ISessionTypes.Scope[] memory scopes = _scopes(_transferScope());
        bytes32 here = manager.hashGrant(_session(), scopes, START);
        vm.chainId(block.chainid + 1);
        assertNotEq(manager.hashGrant(_session(), scopes, START), here);
    }

    function test_changes_withTheManager() public {
        ISessionTypes.Scope[] memory scopes = _scopes(_transferScope());
        ISessionTypes.Session memory session = _session();
        bytes32 here = manager.hashGrant(session, scopes, START);
        assertNotEq(_deployManager().hashGrant(session, scopes, START), here);
    }

    function _randomSession(uint256 seed) private pure returns (ISessionTypes.Session memory session) {
        session.account = address(uint160(seed = _next(seed)));
        session.accountKind = ISessionTypes.AccountKind((seed = _next(seed)) % 3);
        session.signer = abi.encodePacked(seed = _next(seed), uint64(seed));
        session.validAfter = uint48(seed = _next(seed));
        session.validUntil = uint48(seed = _next(seed));
        session.maxOrders = uint24(seed = _next(seed));
        session.minInterval = uint32(seed = _next(seed));
        session.epoch = uint32(seed = _next(seed));
        session.relayer = address(uint160(seed = _next(seed)));
        session.sentinel = address(uint160(seed = _next(seed)));
        session.sentinelMayRevoke = (seed = _next(seed)) % 2 == 0;
        session.leaseTtl = uint32(seed = _next(seed));
        session.approver = abi.encodePacked(seed = _next(seed));
        session.revokeOnMisuse = (seed = _next(seed)) % 2 == 0;
        session.scopesRoot = bytes32(seed = _next(seed));
        session.salt = bytes32(seed = _next(seed));
        session.limits = new ISessionTypes.Limit[](seed % 4);
        for (uint256 i; i < session.limits.length; ++i) session.limits[i] = _randomLimit(seed = _next(seed));
    }

    function _randomLimit(uint256 seed) private pure returns (ISessionTypes.Limit memory limit) {
        limit.token = address(uint160(seed = _next(seed)));
        limit.amount = uint104(seed = _next(seed));
        limit.period = uint32(seed = _next(seed));
        limit.approveAbove = uint104(seed = _next(seed));
        limit.kind = ISessionTypes.LimitKind(_next(seed) % 3);
    }

    function _randomScope(uint256 seed) private pure returns (ISessionTypes.Scope memory scope) {
        scope.target = address(uint160(seed = _next(seed)));
        scope.selector = bytes4(uint32(seed = _next(seed)));
        scope.maxValue = uint128(seed = _next(seed));
        scope.spendToken = address(uint160(seed = _next(seed)));
        scope.spendMethod = ISessionTypes.SpendMethod((seed = _next(seed)) % 3);
        scope.policy = address(uint160(seed = _next(seed)));
        scope.rules = new ISessionTypes.Rule[](seed % 4);
        for (uint256 i; i < scope.rules.length; ++i) {
            scope.rules[i].op = ISessionTypes.RuleOp((seed = _next(seed)) % 6);
            scope.rules[i].offset = uint16(seed = _next(seed));
            scope.rules[i].values = new bytes32[](seed % 4);
            for (uint256 j; j < scope.rules[i].values.length; ++j) {
                scope.rules[i].values[j] = bytes32(seed = _next(seed));
            }
        }
    }

    function _next(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }
}
