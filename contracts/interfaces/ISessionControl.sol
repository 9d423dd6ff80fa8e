// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC7579Module} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {IERC7710DelegationManager} from "./IERC7710.sol";
import {ISessionTypes} from "./ISessionTypes.sol";

/// @title Controlling sessions, proving misuse, and reading state
/// @dev Messages that stand in for a call are EIP-712 in the manager's domain. Whatever the owner does to the account raises
/// its control nonce, by call or by a signature that is consumed so. Those of sentinel and guardian carry the nonce without
/// consuming it; a guardian's pause raises it once, until the owner unpauses. `resume` and `unpause` raise it, so that none
/// can be replayed after the owner has undone it.
interface ISessionControl is ISessionTypes, IERC5267, IERC7579Module, IERC7710DelegationManager {
    // ---------------------------------------------------------------------------------------------------------------
    // By call
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice Gives up one session for ever, also before its grant. Only its key may call.
    /// @param session Packed session.
    function surrender(bytes calldata session) external;

    /// @notice Stops an active session until its account resumes it. Only its sentinel may call.
    /// @param session Packed session.
    function suspend(bytes calldata session) external;

    /// @notice Lets a suspended session run again. Only its account may call.
    /// @param session Packed session.
    function resume(bytes calldata session) external;

    /// @notice Stops every session of `account` until `unpause`. The account and its guardian may call.
    function pause(address account) external;

    /// @notice Lets the caller's sessions run again.
    function unpause() external;

    /// @notice Names who may pause all sessions of the caller. 0 = nobody.
    function setGuardian(address guardian) external;

    // ---------------------------------------------------------------------------------------------------------------
    // By signature: anyone may submit. `sessionId` in a message is that of `session`, and `account` is its account.
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice `revoke`, signed by the account, or by the sentinel if the session lets it:
    /// `Revoke(address account,bytes32 sessionId,uint48 controlNonce,uint48 deadline)`.
    function revokeWithSignature(bytes calldata session, Control calldata control) external;

    /// @notice `surrender`, signed by the session key:
    /// `Surrender(address account,bytes32 sessionId,uint48 controlNonce,uint48 deadline)`.
    /// @dev The nonce is not compared: what it does can be done once.
    function surrenderWithSignature(bytes calldata session, Control calldata control) external;

    /// @notice `suspend`, signed by the sentinel:
    /// `Suspend(address account,bytes32 sessionId,uint48 controlNonce,uint48 deadline)`.
    function suspendWithSignature(bytes calldata session, Control calldata control) external;

    /// @notice `resume`, signed by the account:
    /// `Resume(address account,bytes32 sessionId,uint48 controlNonce,uint48 deadline)`.
    function resumeWithSignature(bytes calldata session, Control calldata control) external;

    /// @notice `pause`, signed by the account or its guardian: `Pause(address account,uint48 controlNonce,uint48 deadline)`.
    function pauseWithSignature(address account, Control calldata control) external;

    /// @notice `unpause`, signed by the account: `Unpause(address account,uint48 controlNonce,uint48 deadline)`.
    function unpauseWithSignature(address account, Control calldata control) external;

    /// @notice `revokeAll`, signed by the account: `RevokeAll(address account,uint48 controlNonce,uint48 deadline)`.
    function revokeAllWithSignature(address account, Control calldata control) external returns (uint32 epoch);

    /// @notice `setGuardian`, signed by the account:
    /// `SetGuardian(address account,address guardian,uint48 controlNonce,uint48 deadline)`.
    function setGuardianWithSignature(address account, address guardian, Control calldata control) external;

    // ---------------------------------------------------------------------------------------------------------------
    // Misuse
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice Ends a session whose key signed an order that none of its scopes admits, or whose nonce is not below
    /// `maxOrders`. Anyone may call; nothing depends on trust in the caller.
    /// @dev A scope with a policy that otherwise matches counts as admitting.
    /// @param session Packed session.
    /// @param order What the key signed.
    /// @param signature Of the session key over `order`.
    /// @param scopes All packed scopes of the session, in the order of their leaves.
    function reportMisuse(
        bytes calldata session,
        Order calldata order,
        bytes calldata signature,
        bytes[] calldata scopes
    ) external;

    // ---------------------------------------------------------------------------------------------------------------
    // Views: revert while an order runs
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice The session's state now. Anything but `Active` means that no order can run.
    /// @param session Packed session.
    function stateOf(bytes calldata session) external view returns (SessionState memory);

    /// @notice What is left under each limit now; all 0 unless the session is `Active`. Of an inventory: what is held.
    /// @param session Packed session.
    function remaining(bytes calldata session) external view returns (uint256[] memory amounts);

    /// @notice Spend in the current period since the last approved order, for each limit; 0 where none is counted.
    /// @param session Packed session.
    function unapprovedOf(bytes calldata session) external view returns (uint256[] memory amounts);

    function accountStateOf(address account) external view returns (AccountState memory);

    /// @notice Checks everything about an order that does not depend on its calls' effects; reverts with the error.
    /// @param order Packed signed order.
    /// @param submitter Who would call `execute`.
    function preflight(bytes calldata order, address submitter) external view returns (bytes32 orderHash);

    /// @notice Whether `account` has installed the manager (ERC-7579).
    function isInitialized(address account) external view returns (bool);

    /// @notice The EIP-712 digest of an order, which its session key signs.
    function hashOrder(Order calldata order) external view returns (bytes32 orderHash);

    /// @notice The EIP-712 digest of a lease, which the session's sentinel signs:
    /// `Lease(bytes32 sessionId,uint48 issuedAt)`. In an order a lease is `issuedAt` (6 bytes) ‖ signature.
    function hashLease(bytes32 sessionId, uint48 issuedAt) external view returns (bytes32 digest);

    /// @notice The EIP-712 digest of an approval, which the session's approver signs: `Approval(bytes32 orderHash)`.
    function hashApproval(bytes32 orderHash) external view returns (bytes32 digest);
}
