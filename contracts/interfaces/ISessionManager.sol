// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title Latchkey session manager
/// @notice Lets an account hand a session key limited authority, and enforces that authority on every use.
/// @dev A session's id is the keccak256 of its packed content, so the id is the commitment: state holds one word a
/// session and everything else travels as calldata. `docs/encoding.md` gives the packed layouts byte by byte.
interface ISessionManager {
    // ---------------------------------------------------------------------------------------------------------------
    // Types
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice How the manager reaches the account.
    enum AccountKind {
        /// A Latchkey `SessionAccount`, as a clone or under EIP-7702: `executeFromExecutor`.
        SessionAccount,
        /// Any other ERC-7579 account: `executeFromExecutor`.
        Erc7579,
        /// A Safe: `execTransactionFromModuleReturnData`.
        Safe
    }

    /// @notice What a limit sums.
    enum LimitKind {
        /// What leaves, call by call; what comes back later does not count.
        Gross,
        /// A loss limit: `spent = max(0, spent - balance change of the order)`.
        Net,
        /// Lifetime holding: `held += balance change of the order`, refused below 0.
        Inventory
    }

    /// @notice How a target pulls `spendToken` during a call.
    enum SpendMethod {
        None,
        /// A temporary ERC-20 allowance to the target.
        Allowance,
        /// A temporary Permit2 allowance to the target.
        Permit2
    }

    /// @notice How a rule compares a 32-byte argument word.
    enum RuleOp {
        Equal,
        NotEqual,
        /// word <= value, unsigned.
        AtMost,
        /// word >= value, unsigned.
        AtLeast,
        /// word is one of 1 to 16 values.
        OneOf,
        /// word is the account's address, high bits clean; takes no value.
        IsAccount
    }

    /// @notice What a session is right now.
    enum SessionStatus {
        None,
        Active,
        Suspended,
        Revoked,
        /// Granted, before `validAfter`.
        Pending,
        /// At or after `validUntil`.
        Expired,
        /// The account is paused.
        Paused,
        /// The account's epoch has moved on: `revokeAll`.
        Superseded,
        /// Every order is used.
        Exhausted
    }

    /// @notice How much of one token may leave the account per period.
    struct Limit {
        /// ERC-20 address, or 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE for the native token (ERC-7528).
        address token;
        /// In the token's smallest unit, inclusive.
        uint104 amount;
        /// Seconds; windows count from `validAfter` and are half-open. 0 = the session's lifetime.
        uint32 period;
        /// Spend since the last approved order above which the approver must co-sign. 0 = never.
        uint104 approveAbove;
        LimitKind kind;
    }

    /// @notice Limited authority of one session key over one account.
    struct Session {
        address account;
        AccountKind accountKind;
        /// ERC-7913: 20 bytes = an address; longer = verifier ‖ key.
        bytes signer;
        /// Seconds since the Unix epoch, inclusive.
        uint48 validAfter;
        /// Seconds since the Unix epoch, exclusive; at most 365 days after `validAfter`.
        uint48 validUntil;
        /// Orders in all; nonces are 0 to `maxOrders - 1`.
        uint24 maxOrders;
        /// Seconds between two orders. 0 = none.
        uint32 minInterval;
        /// The account's epoch at grant.
        uint32 epoch;
        /// The only submitter. 0 = anyone.
        address relayer;
        /// May suspend the session and attest that it is healthy. 0 = nobody.
        address sentinel;
        bool sentinelMayRevoke;
        /// Seconds a sentinel's lease is good for. 0 = no lease is needed.
        uint32 leaseTtl;
        /// ERC-7913 co-signer. Empty = none.
        bytes approver;
        /// Whether a misuse proof ends the session.
        bool revokeOnMisuse;
        /// Merkle root of the scopes.
        bytes32 scopesRoot;
        /// Anything; may be the salted hash of an off-chain API policy.
        bytes32 salt;
        /// At most 15.
        Limit[] limits;
    }

    /// @notice One comparison of one argument word.
    struct Rule {
        RuleOp op;
        /// Bytes after the selector at which the 32-byte word starts.
        uint16 offset;
        /// One value; 1 to 16 for `OneOf`; none for `IsAccount`.
        bytes32[] values;
    }

    /// @notice One allowed (target, selector).
    struct Scope {
        address target;
        /// 0 = plain transfer of the native token: the call's data must be empty.
        bytes4 selector;
        /// Wei a call may carry, inclusive.
        uint128 maxValue;
        /// The token the target may pull during the call. 0 = none.
        address spendToken;
        SpendMethod spendMethod;
        /// An `IScopePolicy` asked before the calls. 0 = none.
        address policy;
        /// All must hold. At most 255.
        Rule[] rules;
    }

    /// @notice One call of an order, as the session key signs it.
    struct Call {
        address target;
        /// Wei.
        uint256 value;
        bytes data;
        /// Leaf of the scope that admits the call.
        bytes32 scope;
    }

    /// @notice What a session key signs (EIP-712).
    struct Order {
        bytes32 sessionId;
        uint24 nonce;
        /// Seconds since the Unix epoch, inclusive: the last second at which the order may run.
        uint48 deadline;
        /// Gas the order's checks and calls are given.
        uint32 gasLimit;
        Call[] calls;
    }

    /// @notice The stored state of a session, unpacked.
    struct SessionState {
        SessionStatus status;
        /// The lowest nonce above every used one.
        uint24 nextNonce;
        /// Bit i set = nonce `nextNonce - 1 - i` is used. Nonces more than 64 below `nextNonce` are gone.
        uint64 nonceWindow;
        /// Seconds since the Unix epoch of the last order. 0 = none.
        uint48 lastUsedAt;
    }

    /// @notice The state of an account, in one word.
    struct AccountState {
        /// Raised by `revokeAll`; sessions of an earlier epoch are dead.
        uint32 epoch;
        bool paused;
        /// Used by the next owner-signed control message.
        uint48 controlNonce;
        /// May pause all sessions of the account.
        address guardian;
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Events
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice `account` granted a session.
    /// @param signer Topic: keccak256 of the session's `signer` bytes.
    /// @param session Packed session; its keccak256 is `sessionId`.
    /// @param scopes Packed scopes, in the order of their leaves.
    event SessionGranted(
        address indexed account,
        bytes32 indexed sessionId,
        bytes indexed signer,
        bytes session,
        bytes[] scopes
    );
    /// @notice `sessionId` is dead for ever. `by` is who revoked it.
    event SessionRevoked(address indexed account, bytes32 indexed sessionId, address by);
    /// @notice Every session of `account` granted before `epoch` is dead.
    event SessionsRevoked(address indexed account, uint32 epoch);
    /// @notice No session of `account` can be used until it unpauses. `by` is who paused it.
    event AccountPaused(address indexed account, address by);
    event AccountUnpaused(address indexed account);
    /// @notice An order ran.
    event OrderExecuted(bytes32 indexed sessionId, bytes32 indexed orderHash, uint24 nonce);
    /// @notice An order in a batch passed every check before its calls, used its nonce, and was undone.
    /// @param reason Encoded error of the cause.
    event OrderFailed(bytes32 indexed sessionId, bytes32 indexed orderHash, uint24 nonce, bytes reason);
    /// @notice An order in a batch was refused before its calls and used nothing.
    /// @param sessionId As the order states it, unchecked; 0 if unreadable.
    /// @param position Index of the order in the batch.
    /// @param reason Encoded error of the cause; empty if the order's gas ran out before its calls.
    event OrderSkipped(bytes32 indexed sessionId, uint256 position, bytes reason);

    // ---------------------------------------------------------------------------------------------------------------
    // Errors at grant
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice The session names a feature this deployment does not enforce, so it is refused.
    error FieldNotSupported(string field);
    error GrantNotByAccount(address account, address caller);
    error SessionAlreadyKnown(bytes32 sessionId, SessionStatus status);
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
    error TargetForbidden(uint256 scope, address target);
    error SelectorForbidden(uint256 scope, address target, bytes4 selector);
    /// @notice The scope needs a limit on `token` of a kind that bounds what it moves.
    error LimitMissing(uint256 scope, address token);
    error SpendTokenInvalid(uint256 scope, address spendToken, SpendMethod spendMethod);
    error RuleInvalid(uint256 scope, uint256 rule);
    error TooManyRules(uint256 scope, uint256 count, uint256 max);

    // ---------------------------------------------------------------------------------------------------------------
    // Errors at use, before the calls
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice The packed order or session does not follow `docs/encoding.md`.
    error EncodingInvalid();
    error SessionNotActive(bytes32 sessionId, SessionStatus status);
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
    /// @notice What is left of the order's signed gas does not cover recording its outcome.
    error OrderOutOfGas(uint256 available, uint256 required);

    // ---------------------------------------------------------------------------------------------------------------
    // Other errors
    // ---------------------------------------------------------------------------------------------------------------

    error CallerNotAllowed(address caller);
    error SessionAlreadyRevoked(bytes32 sessionId);

    // ---------------------------------------------------------------------------------------------------------------
    // Owner's side
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice Grants `session` with `scopes`. Only the session's account may call.
    /// @dev Refuses what no session may hold: see `docs/security.md`. Publishes session and scopes in `SessionGranted`.
    /// @param scopes All scopes, in strictly ascending order of their leaves; their root is `session.scopesRoot`.
    /// @return sessionId keccak256 of the packed session.
    function grant(Session calldata session, Scope[] calldata scopes) external returns (bytes32 sessionId);

    /// @notice Ends one session for ever, also before its grant. Only the session's account may call.
    /// @param session Packed session.
    function revoke(bytes calldata session) external;

    /// @notice Ends every session of the caller at the same cost for one as for ten thousand.
    /// @return epoch The caller's new epoch, which new sessions must name.
    function revokeAll() external returns (uint32 epoch);

    /// @notice Stops every session of the caller until `unpause`.
    function pause() external;

    /// @notice Lets the caller's sessions run again.
    function unpause() external;

    // ---------------------------------------------------------------------------------------------------------------
    // Use
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice Runs one order. Reverts with the error of whatever refuses it, and then uses nothing.
    /// @param order Packed signed order; `docs/encoding.md`.
    function execute(bytes calldata order) external;

    /// @notice Runs many orders, each in a frame of exactly the gas it signed, so that none undoes or starves another.
    /// @param orders Packed signed orders.
    /// @return results One a order: 0 = executed, otherwise the selector of the error that stopped it.
    function executeBatch(bytes[] calldata orders) external returns (bytes4[] memory results);

    // ---------------------------------------------------------------------------------------------------------------
    // Views: revert while an order runs
    // ---------------------------------------------------------------------------------------------------------------

    /// @notice The session's state now. Anything but `Active` means that no order can run.
    /// @param session Packed session.
    function stateOf(bytes calldata session) external view returns (SessionState memory);

    /// @notice What is left under each limit now; all 0 unless the session is `Active`.
    /// @param session Packed session.
    function remaining(bytes calldata session) external view returns (uint256[] memory amounts);

    function accountStateOf(address account) external view returns (AccountState memory);

    /// @notice Checks everything about an order that does not depend on its calls' effects; reverts with the error.
    /// @param order Packed signed order.
    /// @param submitter Who would call `execute`.
    function preflight(bytes calldata order, address submitter) external view returns (bytes32 orderHash);

    /// @notice The id of a session: keccak256 of its packed form.
    function hashSession(Session calldata session) external pure returns (bytes32 sessionId);

    /// @notice The leaf of a scope.
    function hashScope(Scope calldata scope) external pure returns (bytes32 leaf);

    /// @notice The EIP-712 digest of an order, which its session key signs.
    function hashOrder(Order calldata order) external view returns (bytes32 orderHash);

    /// @notice The packed form of a session, as `stateOf` and orders take it.
    function packSession(Session calldata session) external pure returns (bytes memory);

    /// @notice The packed form of a scope, as orders take it.
    function packScope(Scope calldata scope) external pure returns (bytes memory);
}
