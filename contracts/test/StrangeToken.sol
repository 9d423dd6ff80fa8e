// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title An ERC-20 with the habits of real ones: it rebases, blocks, calls hooks on both sides, has any decimals
/// @dev Keeps its own account of what left whom, which no rebase hides.
contract StrangeToken is IERC20 {
    uint256 private constant ONE = 1e18;

    uint8 public decimals;
    /// Balance of a share, in 1e-18; a rebase changes it.
    uint256 public index = ONE;
    mapping(address account => uint256) public sharesOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address account => bool) public isBlocked;
    mapping(address account => uint256) public outflowOf;
    uint256 public totalSupply;
    /// Called before and after each transfer with `hookData`, as ERC-777 calls sender and recipient.
    address public hook;
    bytes public hookData;
    /// What each transfer rebases to, in its middle. 0 = nothing.
    uint256 public indexInTransfer;

    error Blocked(address account);
    error HookFailed();

    function mint(address to, uint256 amount) external {
        sharesOf[to] += (amount * ONE) / index;
        totalSupply += amount;
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function setHook(address hook_, bytes calldata data) external {
        (hook, hookData) = (hook_, data);
    }

    function rebase(uint256 index_) external {
        index = index_;
    }

    function setIndexInTransfer(uint256 index_) external {
        indexInTransfer = index_;
    }

    function balanceOf(address account) public view returns (uint256) {
        return (sharesOf[account] * index) / ONE;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
        return true;
    }

    function _move(address from, address to, uint256 amount) private {
        if (isBlocked[from]) revert Blocked(from);
        if (isBlocked[to]) revert Blocked(to);
        _callHook();
        if (indexInTransfer != 0) index = indexInTransfer;
        uint256 shares = (amount * ONE) / index;
        sharesOf[from] -= shares;
        sharesOf[to] += shares;
        outflowOf[from] += amount;
        _callHook();
    }

    function _callHook() private {
        if (hook == address(0)) return;
        (bool ok, ) = hook.call(hookData);
        if (!ok) revert HookFailed();
    }
}
