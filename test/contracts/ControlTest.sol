// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "./BaseTest.sol";

/// @title What tests of control messages start from
/// @dev Messages are hashed here from the type strings of `ISessionControl`.
abstract contract ControlTest is BaseTest {
    /// @dev A control message, hashed, with what it carries beside.
    struct Message {
        string name;
        /// EIP-712 type.
        string type_;
        bytes32 structHash;
        uint48 nonce;
        uint48 deadline;
    }

    uint256 internal constant SENTINEL_KEY = 0x5E471;
    uint256 internal constant GUARDIAN_KEY = 0x6A8D;
    uint256 internal constant STRANGER_KEY = 0x57A4;
    uint48 internal constant CONTROL_DEADLINE = START + 1 hours;

    address internal sentinel = vm.addr(SENTINEL_KEY);
    address internal guardian = vm.addr(GUARDIAN_KEY);

    /// @dev `token.increment()` of a session that names a sentinel.
    function _grantWatched(bool sentinelMayRevoke) internal returns (Grant memory) {
        ISessionTypes.Session memory session = _session();
        (session.sentinel, session.sentinelMayRevoke) = (sentinel, sentinelMayRevoke);
        return _grant(session, _scope(address(token), token.increment.selector));
    }

    function _suspend(Grant memory granted) internal {
        vm.prank(sentinel);
        manager.suspend(granted.packed);
    }

    function _resume(Grant memory granted) internal {
        vm.prank(granted.session.account);
        manager.resume(granted.packed);
    }

    function _pause() internal {
        vm.prank(account);
        manager.pause(account);
    }

    function _setGuardian() internal {
        vm.prank(account);
        manager.setGuardian(guardian);
    }

    function _incrementOrder(uint24 nonce) internal view returns (OrderSpec memory) {
        return _order(nonce, abi.encodeCall(token.increment, ()));
    }

    function _controlNonce() internal view returns (uint48) {
        return manager.accountStateOf(account).controlNonce;
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Messages
    // ---------------------------------------------------------------------------------------------------------------

    /// @dev About one session.
    function _sessionMessage(
        string memory name,
        address account_,
        bytes32 sessionId,
        uint48 nonce,
        uint48 deadline
    ) internal pure returns (Message memory) {
        string memory type_ = string.concat(
            name,
            "(address account,bytes32 sessionId,uint48 controlNonce,uint48 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(keccak256(bytes(type_)), account_, sessionId, nonce, deadline));
        return Message(name, type_, structHash, nonce, deadline);
    }

    /// @dev About a whole account.
    function _accountMessage(
        string memory name,
        address account_,
        uint48 nonce,
        uint48 deadline
    ) internal pure returns (Message memory) {
        string memory type_ = string.concat(name, "(address account,uint48 controlNonce,uint48 deadline)");
        bytes32 structHash = keccak256(abi.encode(keccak256(bytes(type_)), account_, nonce, deadline));
        return Message(name, type_, structHash, nonce, deadline);
    }

    /// @dev As an EOA signs.
    function _signedBy(
        uint256 privateKey,
        Message memory message
    ) internal view returns (ISessionTypes.Control memory) {
        return ISessionTypes.Control(message.nonce, message.deadline, _sign(privateKey, _digestOf(message.structHash)));
    }

    /// @dev As the owner of the account's clone signs: through ERC-7739.
    function _signedByOwner(Message memory message) internal view returns (ISessionTypes.Control memory) {
        bytes32 digest = _nestedDigest(
            account,
            "Latchkey SessionAccount",
            message.structHash,
            message.name,
            message.type_
        );
        bytes memory signature = _nestedSignature(_sign(OWNER_KEY, digest), message.structHash, message.type_);
        return ISessionTypes.Control(message.nonce, message.deadline, signature);
    }

    function _signatureInvalid(Message memory message) internal view returns (bytes memory) {
        return abi.encodeWithSelector(ISessionErrors.ControlSignatureInvalid.selector, _digestOf(message.structHash));
    }

    function _statusMismatch(
        Grant memory granted,
        ISessionTypes.SessionStatus status,
        ISessionTypes.SessionStatus expected
    ) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ISessionErrors.SessionStatusMismatch.selector, granted.id, status, expected);
    }

    function _refuseCaller(address caller, bytes memory callData) internal {
        vm.prank(caller);
        (bool ok, bytes memory answer) = address(manager).call(callData);
        assertFalse(ok);
        assertEq(answer, abi.encodeWithSelector(ISessionErrors.CallerNotAllowed.selector, caller));
    }
}
