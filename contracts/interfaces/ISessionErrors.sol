// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IAbiErrors} from "./IAbiErrors.sol";
import {ISessionTypes} from "./ISessionTypes.sol";

/// @title Errors of the session manager
/// @dev Each carries what was given and what was expected.
interface ISessionErrors is IAbiErrors {
    // ---------------------------------------------------------------------------------------------------------------
    // Errors at grant
    // ---------------------------------------------------------------------------------------------------------------

    error GrantNotByAccount(address account, address caller);
    error SessionAlreadyKnown(bytes32 sessionId, ISessionTypes.SessionStatus status);
    error SignerInvalid(bytes signer);
    error ValidityInvalid(uint48 validAfter, uint48 validUntil, uint48 maxDuration);
    error ValidityOver(uint48 validUntil, uint48 now_);
    error MaxOrdersZero();
    error EpochMismatch(uint32 given, uint32 current);
    error TooManyLimits(uint256 count, uint256 max);
    error LimitTokenZero(uint256 limit);
    error LimitAmountZero(uint256 limit);
    error NoScopes();
    error ScopesRootMismatch(bytes32 given, bytes32 computed);
    /// @notice Scopes come in strictly ascending order of their leaves.
    error ScopesNotSorted(uint256 scope);
    /// @notice The target is the account, the manager, nobody, or a module of the account.
    error TargetForbidden(uint256 scope, address target);
    error SelectorForbidden(uint256 scope, address target, bytes4 selector);
    /// @notice The scope needs a limit on `token` of a kind that bounds what it moves.
    error LimitMissing(uint256 scope, address token);
    error SpendTokenInvalid(uint256 scope, address spendToken, ISessionTypes.SpendMethod spendMethod);
    error RuleInvalid(uint256 scope, uint256 rule);
    error TooManyRules(uint256 scope, uint256 count, uint256 max);
    /// @notice A policy must be a contract, and neither the account nor the manager.
    error PolicyInvalid(uint256 scope, address policy);
    /// @notice An inventory counts for the session's lifetime.
    error InventoryPeriodic(uint256 limit, uint32 period);
    /// @notice The session asks something of a sentinel and names none, or names its own key.
    error SentinelInvalid(address sentinel);
    /// @notice ERC-7913 bytes have at least 20; nobody approves their own orders.
    error ApproverInvalid(bytes approver);
    /// @notice The limit asks for approval and the session names no approver.
    error ApproverMissing(uint256 limit);

    // ---------------------------------------------------------------------------------------------------------------
    // Errors at use, before the calls
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice The packed order or session does not follow `docs/encoding.md`.
    error EncodingInvalid();
    error SessionNotActive(bytes32 sessionId, ISessionTypes.SessionStatus status);
    error SessionNotYetValid(uint48 validAfter, uint48 now_);
    error SessionExpired(uint48 validUntil, uint48 now_);
    error SessionSuperseded(uint32 sessionEpoch, uint32 accountEpoch);
    error AccountIsPaused(address account);
    error OrderExpired(uint48 deadline, uint48 now_);
    error SubmitterNotAllowed(address submitter, address relayer);
    error SignatureInvalid(bytes32 orderHash);
    error NonceUsed(uint24 nonce);
    /// @notice The nonce has left the anti-replay window, so it counts as used.
    error NonceTooOld(uint24 nonce, uint24 oldest);
    error NonceTooHigh(uint24 nonce, uint24 maxOrders);
    error IntervalNotOver(uint48 nextAt, uint48 now_);
    error ScopeNotGranted(uint256 call, bytes32 leaf);
    error CallDataInvalid(uint256 call, bytes4 selector, uint256 length);
    error CallValueTooHigh(uint256 call, uint256 value, uint256 maxValue);
    error RuleBroken(uint256 call, uint256 rule, bytes32 word);
    error RuleOutOfBounds(uint256 call, uint256 rule, uint256 length);
    error ForbiddenTargetCalled(uint256 call, address target);
    error InsufficientGas(uint256 available, uint256 required);
    /// @notice The session needs a lease of its sentinel, and the order carries none.
    error LeaseMissing(uint32 leaseTtl);
    error LeaseInvalid(bytes32 sessionId, address sentinel);
    /// @notice A lease is good from `issuedAt`, inclusive, for `leaseTtl` seconds.
    error LeaseNotCurrent(uint48 issuedAt, uint32 leaseTtl, uint48 now_);
    /// @notice The approval that the order carries is not the approver's for this order.
    error ApprovalInvalid(bytes32 orderHash);
    /// @param reason At most 256 bytes of what the policy answered instead of its own selector.
    error PolicyRejected(uint256 call, address policy, bytes reason);

    // ---------------------------------------------------------------------------------------------------------------
    // Errors at use, from the calls on
    // ---------------------------------------------------------------------------------------------------------------

    /// @param reason At most 256 bytes of the target's revert data.
    error CallReverted(uint256 call, bytes reason);
    /// @notice A token's `transfer`, `transferFrom` or `approve` answered false.
    error TokenRefused(address token);
    /// @notice A token's view answered nothing a balance or allowance could be read from.
    error TokenUnreadable(address token);
    /// @param charged What the order would bring the period's spend to.
    error LimitExceeded(uint256 limit, address token, uint256 charged, uint256 amount);
    /// @param sold How much the order lowers the balance by.
    /// @param held What the session held before.
    error InventoryExceeded(uint256 limit, address token, uint256 sold, uint256 held);
    /// @notice The approver must co-sign.
    /// @param unapproved Spend in the period since the last approved order, this one included.
    error ApprovalMissing(uint256 limit, uint256 unapproved, uint256 approveAbove);
    /// @notice What is left of the order's signed gas does not cover recording its outcome.
    error OrderOutOfGas(uint256 available, uint256 required);

    // ---------------------------------------------------------------------------------------------------------------
    // Other errors
    // ---------------------------------------------------------------------------------------------------------------

    error CallerNotAllowed(address caller);
    error SessionStatusMismatch(
        bytes32 sessionId,
        ISessionTypes.SessionStatus status,
        ISessionTypes.SessionStatus expected
    );
    error ControlExpired(uint48 deadline, uint48 now_);
    error ControlNonceMismatch(uint48 given, uint48 current);
    /// @param digest What should have been signed.
    error ControlSignatureInvalid(bytes32 digest);
    /// @notice The session does not end by a misuse proof.
    error MisuseNotEnding(bytes32 sessionId);
    /// @notice Every call of the order is admitted by a scope, so the order proves nothing.
    error MisuseNotProven(bytes32 orderHash);
    error OrderOfOtherSession(bytes32 given, bytes32 expected);
    /// @notice Only single and batch calls that revert on failure (ERC-7579).
    error DelegationModeNotSupported(bytes32 mode);
    /// @notice Contexts, modes and calls, or scopes, proofs and calls, differ in number.
    error DelegationLengthsDiffer();
    /// @notice A part of a delegation that no packed order could hold.
    /// @param part Its name: `session`, `signature`, `lease`, `approval`, `scope`, `proof`, `call`, `calls`, `value` or
    /// `data`.
    /// @param given Bytes; of `calls` their number, of `value` wei.
    /// @param bound The least (`scope`, `call`) or the most there may be. A proof is of whole words.
    error DelegationInvalid(string part, uint256 given, uint256 bound);
    /// @notice The call goes elsewhere than the scope that should admit it.
    error DelegationTargetMismatch(uint256 call, address target, address expected);
    error ManagerAlreadyInstalled(address account);
    error SessionAlreadyRevoked(bytes32 sessionId);
}
