// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {OrderRuns} from "./base/OrderRuns.sol";
import {SessionEnding} from "./base/SessionEnding.sol";
import {ISessionGrants} from "./interfaces/ISessionGrants.sol";
import {ISessionUse} from "./interfaces/ISessionUse.sol";
import {CalldataReader} from "./libraries/CalldataReader.sol";
import {PackedOrderLib} from "./libraries/PackedOrder.sol";
import {SessionLayout} from "./libraries/SessionLayout.sol";
import {SessionReader, SessionView} from "./libraries/SessionReader.sol";
import {SessionWord} from "./libraries/SessionWord.sol";

/// @title SessionManager
/// @dev A singleton without admin, owner or upgrade. What is called often is here; for the rest of `ISessionManager` it runs
/// the code of `SessionGrants` and `SessionControl`, fixed at deployment, on its own state: one contract would be larger
/// than EIP-170 lets it be.
contract SessionManager is ISessionUse, SessionEnding, OrderRuns {
    /// @notice The code behind every function of `ISessionGrants`.
    address public immutable GRANTS;
    /// @notice The code behind every function of `ISessionControl`.
    address public immutable CONTROL;

    /// @dev What is spent between measuring the gas left and entering an order's frame; measured: 300.
    uint256 private constant FRAME_OVERHEAD = 700;

    constructor(address grants, address control) {
        GRANTS = grants;
        CONTROL = control;
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Ending
    // ---------------------------------------------------------------------------------------------------------------

    /// @inheritdoc ISessionUse
    function revoke(bytes calldata session) external nonReentrant {
        SessionView memory view_ = SessionReader.read(session);
        bool mayRevoke =
            msg.sender == view_.account ||
                (msg.sender == view_.options.sentinel && view_.flags & SessionLayout.SENTINEL_MAY_REVOKE != 0);
        if (!mayRevoke) revert CallerNotAllowed(msg.sender);
        _revoke(view_, msg.sender);
    }

    /// @inheritdoc ISessionUse
    function revokeAll() external nonReentrant returns (uint32 epoch) {
        return _revokeAll(msg.sender, _accounts[msg.sender].withNextNonce());
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Use
    // ---------------------------------------------------------------------------------------------------------------

    /// @inheritdoc ISessionUse
    function execute(bytes calldata order) external nonReentrant {
        _runStrictly(order, msg.sender);
    }

    /// @inheritdoc ISessionUse
    function executeBatch(bytes[] calldata orders) external nonReentrant returns (bytes4[] memory results) {
        results = new bytes4[](orders.length);
        for (uint256 i; i < orders.length; ++i) {
            (bool ok, bytes memory failure) = _callSelf(orders[i]);
            if (!ok) results[i] = _recordFailure(orders[i], i, failure);
        }
    }

    /// @notice Runs one order of a batch in a frame of its own. Only this contract may call.
    /// @param submitter Who called `executeBatch`.
    function executeIsolated(bytes calldata order, address submitter) external {
        if (msg.sender != address(this)) revert CallerNotAllowed(msg.sender);
        _run(order, submitter, true);
    }

    /// @notice Runs the order that a delegation makes. Only this contract may call, holding the lock.
    /// @param submitter Who called `redeemDelegations`.
    function executeDelegated(bytes calldata order, address submitter) external {
        if (msg.sender != address(this)) revert CallerNotAllowed(msg.sender);
        _runStrictly(order, submitter);
    }

    /// @dev Every other function of `ISessionManager`. It has no value to give: the manager holds none.
    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        address code = _isGranting(msg.sig) ? GRANTS : CONTROL;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let ok := delegatecall(gas(), code, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            if iszero(ok) {
                revert(free, returndatasize())
            }
            return(free, returndatasize())
        }
    }

    function _isGranting(bytes4 selector) private pure returns (bool) {
        return
            selector == ISessionGrants.grant.selector ||
            selector == ISessionGrants.grantWithSignature.selector ||
            selector == ISessionGrants.packSession.selector ||
            selector == ISessionGrants.packScope.selector ||
            selector == ISessionGrants.hashSession.selector ||
            selector == ISessionGrants.hashScope.selector ||
            selector == ISessionGrants.hashGrant.selector;
    }

    function _runStrictly(bytes calldata order, address submitter) private {
        uint256 available = gasleft();
        uint256 required = PackedOrderLib.headOf(order).gasLimit();
        if (available < required) revert InsufficientGas(available, required);
        _run(order, submitter, false);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Batches
    // ---------------------------------------------------------------------------------------------------------------

    /// @return ok Whether the order ran.
    /// @return failure Otherwise its frame's revert data, which this contract made; empty if the frame ran out of gas.
    function _callSelf(bytes calldata order) private returns (bool ok, bytes memory failure) {
        uint256 gas_ = PackedOrderLib.headOf(order).gasLimit();
        uint256 start = _freeMemory();
        uint256 available = gasleft();
        uint256 required;
        // 63/64 of what is left can go to the frame, once its input is written: 6 gas a word to copy and to extend
        // memory, and the quadratic part. An order's length is bounded by what its calldata costs.
        unchecked {
            available -= available / 64;
            uint256 end = start + order.length;
            required = gas_ + FRAME_OVERHEAD + order.length / 5 + (end * end) / (512 * 32 * 32);
        }
        if (available < required) {
            return (false, abi.encodeWithSelector(InsufficientGas.selector, available, required));
        }
        bytes4 selector = this.executeIsolated.selector;
        // (ok, failure) = address(this).call{gas: gas_}(abi.encodeCall(this.executeIsolated, (order, msg.sender))), but
        // each order's input reuses the memory of the one before.
        assembly ("memory-safe") {
            mstore(start, selector)
            mstore(add(start, 0x04), 0x40)
            mstore(add(start, 0x24), caller())
            mstore(add(start, 0x44), order.length)
            calldatacopy(add(start, 0x64), order.offset, order.length)
            // Padded to a whole word, as the decoder wants it.
            let padded := and(add(order.length, 31), not(31))
            if gt(padded, order.length) {
                mstore(add(add(start, 0x64), order.length), 0)
            }
            ok := call(gas_, address(), 0, start, add(0x64, padded), 0, 0)
        }
        if (!ok) failure = _lastAnswer();
    }

    /// @dev This contract's own, so not bounded.
    function _lastAnswer() private pure returns (bytes memory answer) {
        assembly ("memory-safe") {
            answer := mload(0x40)
            mstore(answer, returndatasize())
            returndatacopy(add(answer, 32), 0, returndatasize())
            mstore(0x40, add(answer, and(add(returndatasize(), 63), not(31))))
        }
    }

    function _freeMemory() private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := mload(0x40)
        }
    }

    /// @dev An order that failed from its calls on has used its nonce: its frame is undone, so the word it had written
    /// is written again here.
    function _recordFailure(
        bytes calldata order,
        uint256 position,
        bytes memory failure
    ) private returns (bytes4 result) {
        if (bytes4(failure) != OrderCallsFailed.selector) {
            emit OrderSkipped(_statedSessionId(order), position, failure);
            return failure.length == 0 ? OrderOutOfGas.selector : bytes4(failure);
        }
        bytes memory body = new bytes(failure.length - 4);
        assembly ("memory-safe") {
            mcopy(add(body, 32), add(failure, 36), mload(body))
        }
        (bytes32 sessionId, bytes32 orderHash, uint24 nonce, SessionWord word, bytes memory reason) = abi.decode(
            body,
            (bytes32, bytes32, uint24, SessionWord, bytes)
        );
        _words[sessionId] = word;
        emit OrderFailed(sessionId, orderHash, nonce, reason);
        return bytes4(reason);
    }

    function _statedSessionId(bytes calldata order) private pure returns (bytes32) {
        uint256 place = CalldataReader.start(order);
        uint256 length = PackedOrderLib.headOf(order).sessionLength();
        // At most 2^16 beyond the order's start.
        unchecked {
            if (order.length < PackedOrderLib.SESSION_AT + length) return 0;
            return CalldataReader.hash(place + PackedOrderLib.SESSION_AT, length);
        }
    }
}
