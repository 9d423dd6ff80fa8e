// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7579Executor} from "../interfaces/IERC7579Executor.sol";
import {ISafe} from "../interfaces/ISafe.sol";
import {ISessionAccount} from "../interfaces/ISessionAccount.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";

/// @title Calls through an account, and reads of tokens, from within an order
/// @dev Nothing here reverts after an external call, so that the caller can undo the order in its own way. Every external
/// call leaves `GAS_RESERVE` behind, and at most `MAX_RETURN` bytes of an answer are copied.
library AccountCalls {
    /// @dev Covers the work between two external calls and the recording of a failure. Measured: under 9,000 with 15
    /// limits and 256 bytes of reason.
    uint256 internal constant GAS_RESERVE = 12_000;
    uint256 internal constant MAX_RETURN = 256;
    uint256 private constant SESSION_ACCOUNT = uint256(ISessionTypes.AccountKind.SessionAccount);
    uint256 private constant SAFE = uint256(ISessionTypes.AccountKind.Safe);
    /// @dev Where the data starts in the input of `executeCallInOrder`: selector, target and value.
    uint256 private constant SESSION_ACCOUNT_DATA_AT = 56;
    /// @dev Where the data starts in the input of `executeFromExecutor`: selector, three words, target and value.
    uint256 private constant EXECUTOR_DATA_AT = 152;
    /// @dev Where it starts in the input of `execTransactionFromModuleReturnData`: selector and five words.
    uint256 private constant SAFE_DATA_AT = 164;

    /// @notice What must be left before `call` so that copying its data cannot run out of gas.
    /// @dev Copying costs 3 gas a word; the memory it takes was paid for when the data was hashed.
    function gasToCall(uint256 dataLength) internal pure returns (uint256) {
        // dataLength < 2^24.
        unchecked {
            return GAS_RESERVE / 2 + dataLength / 8;
        }
    }

    /// @notice Makes the account call `target` with data that lies in calldata.
    /// @param kind Number of the account's `AccountKind`.
    /// @return ok Whether the account's call succeeded; an account without code fails.
    /// @return consent 1 if the target's answer means yes the way tokens say it, with nothing or with `true`; else 0. Of a
    /// Safe's call that failed: 1 if the Safe said so, 0 if the Safe itself reverted.
    function call(
        address account,
        uint256 kind,
        address target,
        uint256 value,
        uint256 dataAt,
        uint256 dataLength
    ) internal returns (bool ok, uint256 consent) {
        (uint256 start, uint256 inputAt) = _writeInput(kind, target, value, dataLength);
        assembly ("memory-safe") {
            calldatacopy(inputAt, dataAt, dataLength)
        }
        // dataLength < 2^24.
        unchecked {
            return _callAccount(account, kind, start, inputAt + dataLength);
        }
    }

    /// @notice Makes the account call `target` without value.
    /// @dev As `call`.
    function call(
        address account,
        uint256 kind,
        address target,
        bytes memory data
    ) internal returns (bool ok, uint256 consent) {
        (uint256 start, uint256 inputAt) = _writeInput(kind, target, 0, data.length);
        assembly ("memory-safe") {
            mcopy(inputAt, add(data, 0x20), mload(data))
        }
        return _callAccount(account, kind, start, inputAt + data.length);
    }

    /// @dev Writes, past the free memory, the input of the account's function up to the data. The memory is free again
    /// after the call.
    function _writeInput(
        uint256 kind,
        address target,
        uint256 value,
        uint256 dataLength
    ) private pure returns (uint256 start, uint256 inputAt) {
        if (kind == SESSION_ACCOUNT) {
            bytes4 selector = ISessionAccount.executeCallInOrder.selector;
            // abi.encodePacked(ISessionAccount.executeCallInOrder.selector, target, value).
            assembly ("memory-safe") {
                start := mload(0x40)
                mstore(start, or(selector, shl(64, shr(96, shl(96, target)))))
                mstore(add(start, 24), value)
                inputAt := add(start, SESSION_ACCOUNT_DATA_AT)
            }
        } else if (kind == SAFE) {
            bytes4 selector = ISafe.execTransactionFromModuleReturnData.selector;
            // abi.encodeCall(ISafe.execTransactionFromModuleReturnData, (target, value, data, 0)), which copies the data
            // once more.
            assembly ("memory-safe") {
                start := mload(0x40)
                mstore(start, selector)
                mstore(add(start, 4), shr(96, shl(96, target)))
                mstore(add(start, 36), value)
                mstore(add(start, 68), 128)
                mstore(add(start, 100), 0)
                mstore(add(start, 132), dataLength)
                inputAt := add(start, SAFE_DATA_AT)
            }
        } else {
            bytes4 selector = IERC7579Executor.executeFromExecutor.selector;
            // abi.encodeCall(IERC7579Executor.executeFromExecutor, (0, abi.encodePacked(target, value, data))), which
            // copies the data twice.
            assembly ("memory-safe") {
                start := mload(0x40)
                mstore(start, selector)
                mstore(add(start, 4), 0)
                mstore(add(start, 36), 64)
                mstore(add(start, 68), add(52, dataLength))
                mstore(add(start, 100), shl(96, target))
                mstore(add(start, 120), value)
                inputAt := add(start, EXECUTOR_DATA_AT)
            }
        }
    }

    /// @param end Where the data ends.
    function _callAccount(
        address account,
        uint256 kind,
        uint256 start,
        uint256 end
    ) private returns (bool ok, uint256 consent) {
        uint256 gas_ = _spendableGas();
        if (kind == SESSION_ACCOUNT) (ok, consent) = _callSessionAccount(account, gas_, start, end);
        else (ok, consent) = _callOtherAccount(account, gas_, kind == SAFE, start, end);
    }

    /// @dev A Safe answers `(bool, bytes)`: success | 64 | length | bytes. An ERC-7579 account answers a `bytes[]` of one
    /// element: 32 | 1 | 32 | length | bytes. An address without code answers nothing.
    function _callOtherAccount(
        address account,
        uint256 gas_,
        bool isSafe,
        uint256 start,
        uint256 end
    ) private returns (bool ok, uint256 consent) {
        // The tail of the input is padded with zeros to a whole word, as strict decoders want it.
        assembly ("memory-safe") {
            mstore(end, 0)
            let size := and(add(sub(end, start), 27), not(31))
            ok := call(gas_, account, 0, start, add(size, 4), start, 0xa0)
            let lengthAt := sub(0x60, shl(5, isSafe))
            let length := mload(add(start, lengthAt))
            consent := or(
                iszero(length),
                and(
                    and(gt(length, 31), gt(returndatasize(), add(lengthAt, 63))),
                    eq(mload(add(add(start, lengthAt), 0x20)), 1)
                )
            )
            if isSafe {
                if iszero(and(ok, eq(mload(start), 1))) {
                    consent := ok
                    ok := 0
                }
            }
            ok := and(ok, gt(returndatasize(), add(lengthAt, 31)))
        }
    }

    /// @dev Answers (selector as a word) | bytes. An address without code answers nothing.
    function _callSessionAccount(
        address account,
        uint256 gas_,
        uint256 start,
        uint256 end
    ) private returns (bool ok, uint256 consent) {
        bytes4 selector = ISessionAccount.executeCallInOrder.selector;
        // (ok, answer) = account.call{gas: gas_}(input); ok = ok && bytes32(answer) == selector, and the rest of the answer
        // is nothing or the word 1.
        assembly ("memory-safe") {
            ok := call(gas_, account, 0, start, sub(end, start), start, 0x40)
            ok := and(ok, and(gt(returndatasize(), 31), eq(mload(start), selector)))
            consent := or(eq(returndatasize(), 0x20), and(gt(returndatasize(), 0x3f), eq(mload(add(start, 0x20)), 1)))
        }
    }

    /// @notice What the last call through an account failed with, cut at `MAX_RETURN` bytes.
    /// @param kind Number of the account's `AccountKind`.
    /// @param consent As `call` had it.
    function lastReason(uint256 kind, uint256 consent) internal pure returns (bytes memory reason) {
        // A Safe whose call failed answers (false, reason); one that refuses the module reverts.
        if (kind == SAFE && consent != 0) return _lastReason(0x60, _lastWord(0x40));
        return lastReason();
    }

    /// @notice What the last call reverted with or answered, cut at `MAX_RETURN` bytes.
    function lastReason() internal pure returns (bytes memory reason) {
        return _lastReason(0, MAX_RETURN);
    }

    /// @return word That the last call answered at `place`; 0 if it answered less.
    function _lastWord(uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            if gt(returndatasize(), add(place, 31)) {
                returndatacopy(0x00, place, 0x20)
                word := mload(0x00)
            }
        }
    }

    /// @return reason What the last call answered from `from` on, at most `size` bytes of it and at most `MAX_RETURN`.
    function _lastReason(uint256 from, uint256 size) private pure returns (bytes memory reason) {
        uint256 max = MAX_RETURN;
        assembly ("memory-safe") {
            if lt(returndatasize(), from) {
                from := returndatasize()
            }
            if gt(size, sub(returndatasize(), from)) {
                size := sub(returndatasize(), from)
            }
            if gt(size, max) {
                size := max
            }
            reason := mload(0x40)
            mstore(reason, size)
            returndatacopy(add(reason, 32), from, size)
            mstore(0x40, add(reason, and(add(size, 63), not(31))))
        }
    }

    /// @return ok Whether the token answered at least one word.
    function balanceOf(address token, address account) internal view returns (bool ok, uint256 amount) {
        if (token == NATIVE_TOKEN) {
            (ok, amount) = (true, account.balance);
        } else {
            bytes4 selector = IERC20.balanceOf.selector;
            uint256 gas_ = _spendableGas();
            // token.staticcall(abi.encodeCall(IERC20.balanceOf, (account))) and abi.decode(answer, (uint256)), but with a
            // bounded copy and without a revert.
            assembly ("memory-safe") {
                mstore(0x00, selector)
                mstore(0x04, shr(96, shl(96, account)))
                ok := staticcall(gas_, token, 0x00, 0x24, 0x00, 0x20)
                ok := and(ok, gt(returndatasize(), 31))
                amount := mload(0x00)
            }
        }
    }

    /// @return ok Whether the target answered at least one word.
    function readWord(address target, bytes memory input) internal view returns (bool ok, uint256 value) {
        uint256 gas_ = _spendableGas();
        // As in `balanceOf`.
        assembly ("memory-safe") {
            ok := staticcall(gas_, target, add(input, 0x20), mload(input), 0x00, 0x20)
            ok := and(ok, gt(returndatasize(), 31))
            value := mload(0x00)
        }
    }

    /// @return gas_ What may be spent of what is left; 0 if there is not more than the reserve.
    function _spendableGas() private view returns (uint256 gas_) {
        uint256 available = gasleft();
        uint256 reserve = GAS_RESERVE;
        // available > reserve ? available - reserve : 0, without a jump.
        assembly ("memory-safe") {
            gas_ := mul(gt(available, reserve), sub(available, reserve))
        }
    }
}
