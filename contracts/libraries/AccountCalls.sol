// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7579Executor} from "../interfaces/IERC7579Executor.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";

/// @title Calls through an account, and reads of tokens, from within an order
/// @dev Nothing here reverts after an external call, so that the caller can undo the order in its own way. Every external
/// call leaves `GAS_RESERVE` behind, and at most `MAX_RETURN` bytes of an answer are copied.
library AccountCalls {
    /// @dev Covers the work between two external calls and the recording of a failure. Measured: under 9,000 with 15
    /// limits and 256 bytes of reason.
    uint256 internal constant GAS_RESERVE = 12_000;
    uint256 internal constant MAX_RETURN = 256;
    /// @dev Where the data starts in the input of `executeFromExecutor`: selector, three words, target and value.
    uint256 private constant INPUT_DATA_AT = 152;

    /// @notice What must be left before `call` so that copying its data cannot run out of gas.
    /// @dev Copying costs 3 gas a word; the memory it takes was paid for when the data was hashed.
    function gasToCall(uint256 dataLength) internal pure returns (uint256) {
        // dataLength < 2^24.
        unchecked {
            return GAS_RESERVE / 2 + dataLength / 8;
        }
    }

    /// @notice Makes the account call `target` with `data`.
    /// @return ok Whether the account's call succeeded; an account without code fails.
    /// @return consent 1 if the target's answer means yes the way tokens say it, with nothing or with `true`; else 0.
    function call(
        address account,
        address target,
        uint256 value,
        bytes calldata data
    ) internal returns (bool ok, uint256 consent) {
        uint256 start = _writeInput(target, value, data.length);
        assembly ("memory-safe") {
            calldatacopy(add(start, INPUT_DATA_AT), data.offset, data.length)
        }
        return _callAccount(account, start, data.length);
    }

    /// @notice Sets the account's allowance for `spender`, through 0 if the token wants it so.
    function forceApprove(address account, address token, address spender, uint256 amount) internal returns (bool) {
        if (_approve(account, token, spender, amount)) return true;
        return _approve(account, token, spender, 0) && _approve(account, token, spender, amount);
    }

    function _approve(address account, address token, address spender, uint256 amount) private returns (bool) {
        uint256 start = _writeInput(token, 0, 68);
        bytes4 selector = IERC20.approve.selector;
        assembly ("memory-safe") {
            let at_ := add(start, INPUT_DATA_AT)
            mstore(at_, selector)
            mstore(add(at_, 4), shr(96, shl(96, spender)))
            mstore(add(at_, 36), amount)
        }
        (bool ok, uint256 consent) = _callAccount(account, start, 68);
        return ok && consent != 0;
    }

    /// @dev Writes, past the free memory, the input of `executeFromExecutor(0, target ‖ value ‖ data)` up to its data.
    function _writeInput(address target, uint256 value, uint256 dataLength) private pure returns (uint256 start) {
        bytes4 selector = IERC7579Executor.executeFromExecutor.selector;
        // abi.encodeCall(IERC7579Executor.executeFromExecutor, (0, abi.encodePacked(target, value, data))), which
        // copies the data twice. The memory is free again after the call.
        assembly ("memory-safe") {
            start := mload(0x40)
            mstore(start, selector)
            mstore(add(start, 4), 0)
            mstore(add(start, 36), 64)
            mstore(add(start, 68), add(52, dataLength))
            mstore(add(start, 100), shl(96, target))
            mstore(add(start, 120), value)
        }
    }

    function _callAccount(
        address account,
        uint256 start,
        uint256 dataLength
    ) private returns (bool ok, uint256 consent) {
        uint256 gas_ = _spendableGas();
        // The account answers a `bytes[]` of one element: 32 | 1 | 32 | length | bytes. An address without code answers
        // nothing. The tail of the input is padded with zeros to a whole word, as strict decoders want it.
        assembly ("memory-safe") {
            let end := add(add(start, INPUT_DATA_AT), dataLength)
            mstore(end, 0)
            let size := and(add(sub(end, start), 27), not(31))
            ok := call(gas_, account, 0, start, add(size, 4), start, 0xa0)
            ok := and(ok, gt(returndatasize(), 127))
            let length := mload(add(start, 0x60))
            consent := or(
                iszero(length),
                and(and(gt(length, 31), gt(returndatasize(), 159)), eq(mload(add(start, 0x80)), 1))
            )
        }
    }

    /// @return answer What the last call answered, cut at `max` bytes.
    function lastAnswer(uint256 max) internal pure returns (bytes memory answer) {
        assembly ("memory-safe") {
            answer := mload(0x40)
            let size := returndatasize()
            if gt(size, max) {
                size := max
            }
            mstore(answer, size)
            returndatacopy(add(answer, 32), 0, size)
            mstore(0x40, add(answer, and(add(size, 63), not(31))))
        }
    }

    /// @return ok Whether the token answered at least one word.
    function balanceOf(address token, address account) internal view returns (bool ok, uint256 balance) {
        if (token == NATIVE_TOKEN) return (true, account.balance);
        return _readWord(token, IERC20.balanceOf.selector, account, address(0), 36);
    }

    /// @return ok Whether the token answered at least one word.
    function allowance(
        address token,
        address account,
        address spender
    ) internal view returns (bool ok, uint256 amount) {
        return _readWord(token, IERC20.allowance.selector, account, spender, 68);
    }

    /// @param size Of the input: 36 without `second`, 68 with it.
    function _readWord(
        address target,
        bytes4 selector,
        address first,
        address second,
        uint256 size
    ) private view returns (bool ok, uint256 value) {
        uint256 gas_ = _spendableGas();
        // target.staticcall(abi.encodeWithSelector(selector, first, second)) and abi.decode(answer, (uint256)), but with
        // a bounded copy and without a revert.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, selector)
            mstore(add(start, 4), shr(96, shl(96, first)))
            mstore(add(start, 36), shr(96, shl(96, second)))
            ok := staticcall(gas_, target, start, size, 0x00, 0x20)
            ok := and(ok, gt(returndatasize(), 31))
            value := mload(0x00)
        }
    }

    function _spendableGas() private view returns (uint256) {
        uint256 available = gasleft();
        if (available < GAS_RESERVE) return 0;
        // Just compared.
        unchecked {
            return available - GAS_RESERVE;
        }
    }
}
