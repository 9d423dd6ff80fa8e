// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC7579Executor} from "../interfaces/IERC7579Executor.sol";
import {ISessionManager} from "../interfaces/ISessionManager.sol";
import {NATIVE_TOKEN} from "./NativeToken.sol";

/// @title Calls through an account, and reads of tokens, from within an order
/// @dev Nothing here reverts after an external call, so that the caller can undo the order in its own way. Every external
/// call leaves `GAS_RESERVE` behind, and at most `MAX_RETURN` bytes of an answer are copied.
library AccountCalls {
    /// @dev Covers the work between two external calls and the recording of a failure. Measured: under 9,000 with 15
    /// limits and 256 bytes of reason.
    uint256 internal constant GAS_RESERVE = 12_000;
    uint256 private constant MAX_RETURN = 256;

    /// @notice Makes the account call `target`.
    /// @return ok Whether the account's call succeeded; an account without code fails.
    /// @return answer What the account answered, or the reason, cut at 256 bytes.
    function call(address account, address target, uint256 value, bytes memory data)
        internal
        returns (bool ok, bytes memory answer)
    {
        bytes memory input =
            abi.encodeCall(IERC7579Executor.executeFromExecutor, (0, abi.encodePacked(target, value, data)));
        uint256 gas_ = _spendableGas();
        uint256 size;
        assembly ("memory-safe") {
            ok := call(gas_, account, 0, add(input, 32), mload(input), 0, 0)
            size := returndatasize()
        }
        answer = _copyAnswer(size);
        // The account answers an array of one element; an address without code answers nothing.
        if (ok && size < 128) ok = false;
    }

    /// @notice Sets the account's allowance for `spender`, through 0 if the token wants it so.
    function forceApprove(address account, address token, address spender, uint256 amount) internal returns (bool) {
        if (_approve(account, token, spender, amount)) return true;
        return _approve(account, token, spender, 0) && _approve(account, token, spender, amount);
    }

    function _approve(address account, address token, address spender, uint256 amount) private returns (bool) {
        (bool ok, bytes memory answer) = call(account, token, 0, abi.encodeCall(IERC20.approve, (spender, amount)));
        return ok && isTokenConsent(answer);
    }

    /// @notice Whether the answer of a token's `transfer`, `transferFrom` or `approve` means yes: nothing, or `true`.
    /// @param answer What `call` gave: the ABI encoding of a `bytes[]` of one element, cut at 256 bytes.
    function isTokenConsent(bytes memory answer) internal pure returns (bool consent) {
        // abi.decode(answer, (bytes[]))[0], which would revert on an answer that was cut.
        uint256 length;
        uint256 word;
        assembly ("memory-safe") {
            length := mload(add(answer, 0x80))
            word := mload(add(answer, 0xa0))
        }
        return length == 0 || (length >= 32 && word == 1);
    }

    /// @return ok Whether the token answered at least one word.
    function balanceOf(address token, address account) internal view returns (bool ok, uint256 balance) {
        if (token == NATIVE_TOKEN) return (true, account.balance);
        return _readWord(token, abi.encodeCall(IERC20.balanceOf, (account)));
    }

    /// @return ok Whether the token answered at least one word.
    function allowance(address token, address account, address spender)
        internal
        view
        returns (bool ok, uint256 amount)
    {
        return _readWord(token, abi.encodeCall(IERC20.allowance, (account, spender)));
    }

    function _readWord(address target, bytes memory input) private view returns (bool ok, uint256 value) {
        uint256 gas_ = _spendableGas();
        // abi.decode((bool success, bytes memory answer) = target.staticcall{gas: gas_}(input), (uint256)), but with a
        // bounded copy and without a revert.
        assembly ("memory-safe") {
            ok := staticcall(gas_, target, add(input, 32), mload(input), 0x00, 0x20)
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

    function _copyAnswer(uint256 size) private pure returns (bytes memory answer) {
        answer = new bytes(size < MAX_RETURN ? size : MAX_RETURN);
        assembly ("memory-safe") {
            returndatacopy(add(answer, 32), 0, mload(answer))
        }
    }
}
