// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IScopePolicy} from "../interfaces/IScopePolicy.sol";

interface IUnlockable {
    function unlock(bytes calldata data) external returns (bytes memory);
}

/// @title Someone who asks a policy while Uniswap's V4 pool manager is unlocked for them
contract PoolUnlocker {
    IUnlockable private immutable POOL_MANAGER;

    constructor(IUnlockable poolManager) {
        POOL_MANAGER = poolManager;
    }

    /// @return ok Whether the policy answered.
    /// @return answer What it answered or reverted with.
    function ask(
        IScopePolicy policy,
        address account,
        address target,
        bytes calldata data
    ) external returns (bool ok, bytes memory answer) {
        bytes memory question = abi.encodeCall(IScopePolicy.checkCall, (account, 0, target, 0, data));
        return abi.decode(POOL_MANAGER.unlock(abi.encode(policy, question)), (bool, bytes));
    }

    function unlockCallback(bytes calldata data) external view returns (bytes memory) {
        (address policy, bytes memory question) = abi.decode(data, (address, bytes));
        (bool ok, bytes memory answer) = policy.staticcall(question);
        return abi.encode(ok, answer);
    }
}
