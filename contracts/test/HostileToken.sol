// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title An ERC-20 that misbehaves as told
contract HostileToken is ERC20("Hostile", "HOST") {
    enum Answer {
        True,
        Nothing,
        False,
        Two,
        OneByte,
        Revert
    }
    enum Reading {
        True,
        Revert,
        EatGas,
        Short,
        Bomb,
        Grow
    }

    uint256 public feeBps;
    Answer public transferAnswer;
    Answer public approveAnswer;
    Reading public balanceReading;
    Reading public allowanceReading;
    /// Whether an allowance must be 0 before it changes, as with USDT.
    bool public strictApprove;
    /// Called with `hookData` on each transfer.
    address public hook;
    bytes public hookData;
    uint256 public hookCalls;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setFee(uint256 bps) external {
        feeBps = bps;
    }

    function setAnswers(Answer transfer_, Answer approve_) external {
        (transferAnswer, approveAnswer) = (transfer_, approve_);
    }

    function setReadings(Reading balance, Reading allowance_) external {
        (balanceReading, allowanceReading) = (balance, allowance_);
    }

    function setStrictApprove(bool strict) external {
        strictApprove = strict;
    }

    function setHook(address hook_, bytes calldata data) external {
        (hook, hookData) = (hook_, data);
    }

    /// @dev Raises an allowance as a permit would.
    function raiseAllowance(address owner, address spender, uint256 amount) external {
        _approve(owner, spender, amount);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        _move(msg.sender, to, amount);
        _answer(transferAnswer);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        _spendAllowance(from, msg.sender, amount);
        _move(from, to, amount);
        _answer(transferAnswer);
        return true;
    }

    function approve(address spender, uint256 amount) public override returns (bool) {
        require(!strictApprove || amount == 0 || super.allowance(msg.sender, spender) == 0, "not zero");
        _approve(msg.sender, spender, amount);
        _answer(approveAnswer);
        return true;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return _read(balanceReading, super.balanceOf(account));
    }

    function allowance(address owner, address spender) public view override returns (uint256) {
        return _read(allowanceReading, super.allowance(owner, spender));
    }

    function _move(address from, address to, uint256 amount) private {
        if (transferAnswer == Answer.False) return;
        uint256 fee = (amount * feeBps) / 10_000;
        // The fee comes on top: more leaves than the call declares.
        if (fee != 0) _burn(from, fee);
        _transfer(from, to, amount);
        if (hook != address(0)) {
            ++hookCalls;
            (bool ok, ) = hook.call(hookData);
            require(ok, "hook failed");
        }
    }

    function _answer(Answer answer) private pure {
        if (answer == Answer.Revert) revert("no");
        assembly ("memory-safe") {
            switch answer
            case 1 {
                return(0, 0)
            }
            case 2 {
                mstore(0, 0)
                return(0, 32)
            }
            case 3 {
                mstore(0, 2)
                return(0, 32)
            }
            case 4 {
                mstore(0, not(0))
                return(0, 1)
            }
        }
    }

    function _read(Reading reading, uint256 value) private view returns (uint256) {
        if (reading == Reading.Revert) revert("no");
        if (reading == Reading.EatGas) while (gasleft() > 0) {}
        if (reading == Reading.Grow) return value + 1_000_000 ether + type(uint128).max - gasleft();
        assembly ("memory-safe") {
            switch reading
            case 3 {
                return(0, 31)
            }
            case 4 {
                mstore(0, value)
                return(0, 100000)
            }
        }
        return value;
    }
}
