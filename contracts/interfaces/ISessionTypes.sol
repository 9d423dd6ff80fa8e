// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title Types of the session manager
/// @dev `docs/encoding.md` gives the packed layouts byte by byte.
interface ISessionTypes {
    /// @notice How the manager reaches the account.
    enum AccountKind {
        /// A Latchkey `SessionAccount`, as a clone or under EIP-7702: `executeCallInOrder`.
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
        /// A loss limit: `spent = max(0, spent - balance change of the order)`, refused above `amount`.
        Net,
        /// Lifetime holding, `amount` at first: `held += balance change of the order`, refused below 0.
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
        /// In the token's smallest unit, inclusive. Not 0, but for an inventory.
        uint104 amount;
        /// Seconds; windows count from `validAfter` and are half-open. 0 = the session's lifetime.
        uint32 period;
        /// Spend in the period since the last approved order, above which the approver must co-sign. 0 = never.
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
        /// Raised by `revokeAll` and `onUninstall`; sessions of an earlier epoch are dead.
        uint32 epoch;
        bool paused;
        /// What the next control message must carry. Raised by every act of the owner on the account, signed or not, so
        /// that nothing signed before it can undo it.
        uint48 controlNonce;
        /// May pause all sessions of the account. 0 = nobody.
        address guardian;
        /// Whether an ERC-7579 account has installed the manager as its executor module.
        bool installed;
    }

    /// @notice What comes with an act that is authorised by signature instead of by calling.
    struct Control {
        /// The account's control nonce at signing.
        uint48 controlNonce;
        /// Seconds since the Unix epoch, inclusive: the last second at which the message may be used.
        uint48 deadline;
        /// Over the EIP-712 message of the function, by whoever may call it: an ECDSA signature or ERC-1271.
        bytes signature;
    }

    /// @notice What a delegation under a session (ERC-7710) carries beside its calls: ABI-encoded, the permission context.
    struct Delegation {
        /// Packed session.
        bytes session;
        uint24 nonce;
        uint48 deadline;
        uint32 gasLimit;
        /// Packed scope of each call.
        bytes[] scopes;
        /// Merkle proof of each scope, siblings from the leaf up, 32 bytes each.
        bytes[] proofs;
        /// Of the session key over the order that context and calls make; empty if the key itself redeems.
        bytes signature;
        bytes lease;
        bytes approval;
    }
}
