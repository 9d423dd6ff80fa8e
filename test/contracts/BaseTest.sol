// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionManager} from "../../contracts/interfaces/ISessionManager.sol";
import {ISessionTypes} from "../../contracts/interfaces/ISessionTypes.sol";
import {SessionAccount} from "../../contracts/accounts/SessionAccount.sol";
import {SessionAccountFactory} from "../../contracts/accounts/SessionAccountFactory.sol";
import {GasToken} from "../../contracts/test/GasToken.sol";
import {TestBase} from "./TestBase.sol";

/// @title What every contract test starts from
/// @dev Deploys the system as Ignition does and builds sessions, scopes, orders and signatures. Trees, proofs and order
/// bytes are built here from docs/encoding.md, not with the contracts' libraries.
abstract contract BaseTest is TestBase {
    /// @dev A granted session with what its key needs to use it.
    struct Grant {
        ISessionTypes.Session session;
        ISessionTypes.Scope[] scopes;
        bytes32[] leaves;
        bytes packed;
        bytes32 id;
    }

    /// @dev One call of an order: the scope by its position in the grant.
    struct CallSpec {
        uint256 scope;
        uint256 value;
        bytes data;
    }

    /// @dev ERC-7821.
    struct AccountCall {
        address target;
        uint256 value;
        bytes data;
    }

    struct OrderSpec {
        uint24 nonce;
        uint48 deadline;
        uint32 gasLimit;
        CallSpec[] calls;
    }

    uint48 internal constant START = 1_800_000_000;
    uint48 internal constant VALID_FOR = 30 days;
    uint48 internal constant MAX_DURATION = 365 days;
    uint24 internal constant MAX_ORDERS = 1000;
    uint32 internal constant PERIOD = 1 days;
    uint104 internal constant LIMIT = 1000 ether;
    uint256 internal constant BALANCE = 1_000_000 ether;
    uint32 internal constant GAS_LIMIT = 500_000;
    uint256 internal constant KEY = 0xA11CE;
    uint256 internal constant OWNER_KEY = 0x0B0B;
    bytes32 internal constant BATCH_MODE = bytes32(uint256(1) << 248);
    uint256 internal constant P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    bytes32 internal constant DOMAIN_TYPE_HASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    ISessionManager internal manager;
    address internal implementation;
    SessionAccountFactory internal factory;
    address internal owner = vm.addr(OWNER_KEY);
    address internal key = vm.addr(KEY);
    address internal account;
    GasToken internal token;
    address internal relayer = _address("relayer");
    address internal recipient = _address("recipient");

    function setUp() public virtual {
        vm.warp(START);
        manager = _deployManager();
        implementation = _deploy("SessionAccount.sol:SessionAccount", abi.encode(manager));
        factory = SessionAccountFactory(
            _deploy("SessionAccountFactory.sol:SessionAccountFactory", abi.encode(implementation))
        );
        account = factory.createAccount(owner, 0);
        token = GasToken(_deploy("GasToken.sol:GasToken"));
        token.mint(account, BALANCE);
        vm.deal(account, BALANCE);
    }

    function _deployManager() internal returns (ISessionManager) {
        address grants = _deploy("SessionGrants.sol:SessionGrants");
        address control = _deploy("SessionControl.sol:SessionControl");
        return ISessionManager(_deploy("SessionManager.sol:SessionManager", abi.encode(grants, control)));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Sessions and scopes
    // ---------------------------------------------------------------------------------------------------------------

    /// @dev A session of the default key and account, without limits; its root is set by `_prepare`.
    function _session() internal view returns (ISessionTypes.Session memory session) {
        session.account = account;
        session.signer = abi.encodePacked(key);
        session.validAfter = START;
        session.validUntil = START + VALID_FOR;
        session.maxOrders = MAX_ORDERS;
        session.epoch = manager.accountStateOf(account).epoch;
    }

    function _session(ISessionTypes.Limit memory limit) internal view returns (ISessionTypes.Session memory session) {
        session = _session();
        session.limits = _limits(limit);
    }

    function _limit(
        address token_,
        uint104 amount,
        uint32 period
    ) internal pure returns (ISessionTypes.Limit memory limit) {
        limit.token = token_;
        limit.amount = amount;
        limit.period = period;
    }

    function _limits(ISessionTypes.Limit memory limit) internal pure returns (ISessionTypes.Limit[] memory limits) {
        limits = new ISessionTypes.Limit[](1);
        limits[0] = limit;
    }

    function _limits(
        ISessionTypes.Limit memory first,
        ISessionTypes.Limit memory second
    ) internal pure returns (ISessionTypes.Limit[] memory limits) {
        limits = new ISessionTypes.Limit[](2);
        (limits[0], limits[1]) = (first, second);
    }

    function _scope(address target, bytes4 selector) internal pure returns (ISessionTypes.Scope memory scope) {
        scope.target = target;
        scope.selector = selector;
    }

    function _transferScope() internal view returns (ISessionTypes.Scope memory) {
        return _scope(address(token), token.transfer.selector);
    }

    function _nativeScope(address target, uint128 maxValue) internal pure returns (ISessionTypes.Scope memory scope) {
        scope.target = target;
        scope.maxValue = maxValue;
    }

    function _spendScope(
        address target,
        bytes4 selector,
        address spendToken
    ) internal pure returns (ISessionTypes.Scope memory scope) {
        scope = _scope(target, selector);
        scope.spendToken = spendToken;
        scope.spendMethod = ISessionTypes.SpendMethod.Allowance;
    }

    function _scopes(ISessionTypes.Scope memory scope) internal pure returns (ISessionTypes.Scope[] memory scopes) {
        scopes = new ISessionTypes.Scope[](1);
        scopes[0] = scope;
    }

    function _scopes(
        ISessionTypes.Scope memory first,
        ISessionTypes.Scope memory second
    ) internal pure returns (ISessionTypes.Scope[] memory scopes) {
        scopes = new ISessionTypes.Scope[](2);
        (scopes[0], scopes[1]) = (first, second);
    }

    function _rule(ISessionTypes.RuleOp op, uint16 offset) internal pure returns (ISessionTypes.Rule memory rule) {
        rule.op = op;
        rule.offset = offset;
        rule.values = new bytes32[](0);
    }

    function _rule(
        ISessionTypes.RuleOp op,
        uint16 offset,
        bytes32 value
    ) internal pure returns (ISessionTypes.Rule memory rule) {
        rule.op = op;
        rule.offset = offset;
        rule.values = new bytes32[](1);
        rule.values[0] = value;
    }

    function _rules(ISessionTypes.Rule memory rule) internal pure returns (ISessionTypes.Rule[] memory rules) {
        rules = new ISessionTypes.Rule[](1);
        rules[0] = rule;
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Grants
    // ---------------------------------------------------------------------------------------------------------------

    /// @dev Sorts the scopes by leaf, sets the root, packs. Positions of scopes change: see `_position`.
    function _prepare(
        ISessionTypes.Session memory session,
        ISessionTypes.Scope[] memory scopes
    ) internal view returns (Grant memory granted) {
        granted.leaves = _sort(scopes);
        session.scopesRoot = _root(granted.leaves);
        granted.session = session;
        granted.scopes = scopes;
        granted.packed = manager.packSession(session);
        granted.id = keccak256(granted.packed);
    }

    function _grant(
        ISessionTypes.Session memory session,
        ISessionTypes.Scope[] memory scopes
    ) internal returns (Grant memory granted) {
        granted = _prepare(session, scopes);
        vm.prank(session.account);
        manager.grant(session, scopes);
    }

    function _grant(
        ISessionTypes.Session memory session,
        ISessionTypes.Scope memory scope
    ) internal returns (Grant memory) {
        return _grant(session, _scopes(scope));
    }

    /// @dev `LIMIT` of `token` a `PERIOD`, by `transfer`.
    function _grantTransfers() internal returns (Grant memory) {
        return _grant(_session(_limit(address(token), LIMIT, PERIOD)), _transferScope());
    }

    /// @dev `token.increment()`, without limits.
    function _grantIncrement() internal returns (Grant memory) {
        return _grant(_session(), _scope(address(token), token.increment.selector));
    }

    /// @dev As the owner does: through the account's `execute`.
    function _accountExecute(address target, bytes memory data) internal {
        AccountCall[] memory calls = new AccountCall[](1);
        calls[0] = AccountCall(target, 0, data);
        vm.prank(owner);
        SessionAccount(payable(account)).execute(BATCH_MODE, abi.encode(calls));
    }

    function _revoke(Grant memory granted) internal {
        vm.prank(granted.session.account);
        manager.revoke(granted.packed);
    }

    function _position(Grant memory granted, address target, bytes4 selector) internal pure returns (uint256) {
        for (uint256 i; i < granted.scopes.length; ++i) {
            if (granted.scopes[i].target == target && granted.scopes[i].selector == selector) return i;
        }
        revert("no such scope");
    }

    // ---------------------------------------------------------------------------------------------------------------
    // The tree
    // ---------------------------------------------------------------------------------------------------------------

    function _sort(ISessionTypes.Scope[] memory scopes) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](scopes.length);
        for (uint256 i; i < scopes.length; ++i) {
            bytes32 leaf = manager.hashScope(scopes[i]);
            ISessionTypes.Scope memory scope = scopes[i];
            uint256 j = i;
            for (; j != 0 && leaves[j - 1] > leaf; --j) {
                (leaves[j], scopes[j]) = (leaves[j - 1], scopes[j - 1]);
            }
            (leaves[j], scopes[j]) = (leaf, scope);
        }
    }

    function _root(bytes32[] memory leaves) internal pure returns (bytes32) {
        while (leaves.length > 1) leaves = _levelUp(leaves);
        return leaves.length == 0 ? bytes32(0) : leaves[0];
    }

    function _proof(bytes32[] memory leaves, uint256 index) internal pure returns (bytes memory proof) {
        while (leaves.length > 1) {
            uint256 sibling = index ^ 1;
            if (sibling < leaves.length) proof = bytes.concat(proof, leaves[sibling]);
            leaves = _levelUp(leaves);
            index /= 2;
        }
    }

    function _levelUp(bytes32[] memory nodes) private pure returns (bytes32[] memory parents) {
        parents = new bytes32[]((nodes.length + 1) / 2);
        for (uint256 i; i < parents.length; ++i) {
            if (2 * i + 1 == nodes.length) {
                parents[i] = nodes[2 * i];
            } else {
                (bytes32 a, bytes32 b) = (nodes[2 * i], nodes[2 * i + 1]);
                parents[i] = a < b ? keccak256(bytes.concat(a, b)) : keccak256(bytes.concat(b, a));
            }
        }
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Orders
    // ---------------------------------------------------------------------------------------------------------------

    function _order(uint24 nonce) internal view returns (OrderSpec memory order) {
        order.nonce = nonce;
        order.deadline = uint48(vm.getBlockTimestamp()) + 1 hours;
        order.gasLimit = GAS_LIMIT;
    }

    function _order(uint24 nonce, bytes memory data) internal view returns (OrderSpec memory order) {
        return _order(nonce, CallSpec({scope: 0, value: 0, data: data}));
    }

    function _order(uint24 nonce, CallSpec memory call) internal view returns (OrderSpec memory order) {
        order = _order(nonce);
        order.calls = new CallSpec[](1);
        order.calls[0] = call;
    }

    function _order(
        uint24 nonce,
        CallSpec memory first,
        CallSpec memory second
    ) internal view returns (OrderSpec memory order) {
        order = _order(nonce);
        order.calls = new CallSpec[](2);
        (order.calls[0], order.calls[1]) = (first, second);
    }

    function _transferData(uint256 amount) internal view returns (bytes memory) {
        return abi.encodeCall(token.transfer, (recipient, amount));
    }

    /// @dev What the session key signs.
    function _typed(
        Grant memory granted,
        OrderSpec memory spec
    ) internal pure returns (ISessionTypes.Order memory order) {
        order.sessionId = granted.id;
        order.nonce = spec.nonce;
        order.deadline = spec.deadline;
        order.gasLimit = spec.gasLimit;
        order.calls = new ISessionTypes.Call[](spec.calls.length);
        for (uint256 i; i < spec.calls.length; ++i) {
            CallSpec memory call = spec.calls[i];
            order.calls[i] = ISessionTypes.Call({
                target: granted.scopes[call.scope].target,
                value: call.value,
                data: call.data,
                scope: granted.leaves[call.scope]
            });
        }
    }

    function _hash(Grant memory granted, OrderSpec memory spec) internal view returns (bytes32) {
        return manager.hashOrder(_typed(granted, spec));
    }

    /// @dev The EIP-712 digest of a struct in the manager's domain, built from the standard.
    function _digestOf(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", _domainOf(address(manager), "Latchkey"), structHash));
    }

    function _domainOf(address verifier, string memory name) internal view returns (bytes32) {
        return
            keccak256(
                abi.encode(DOMAIN_TYPE_HASH, keccak256(bytes(name)), keccak256("1"), block.chainid, address(verifier))
            );
    }

    /// @dev A struct in the manager's domain signed for a contract that speaks ERC-7739: the digest that its owners sign.
    /// @param verifier The contract, whose domain is `name`, version 1.
    /// @param contentsType EIP-712 type of the struct, its own first.
    function _nestedDigest(
        address verifier,
        string memory name,
        bytes32 structHash,
        string memory contentsName,
        string memory contentsType
    ) internal view returns (bytes32) {
        bytes32 typehash = keccak256(
            abi.encodePacked(
                "TypedDataSign(",
                contentsName,
                " contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)",
                contentsType
            )
        );
        bytes32 nested = keccak256(
            abi.encode(
                typehash,
                structHash,
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                verifier,
                bytes32(0)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", _domainOf(address(manager), "Latchkey"), nested));
    }

    /// @dev What an ERC-7739 contract takes as the signature of a struct in the manager's domain.
    /// @param description The struct's type; if another name comes first in it, the struct's name follows (ERC-7739).
    function _nestedSignature(
        bytes memory signature,
        bytes32 structHash,
        string memory description
    ) internal view returns (bytes memory) {
        return
            abi.encodePacked(
                signature,
                _domainOf(address(manager), "Latchkey"),
                structHash,
                description,
                uint16(bytes(description).length)
            );
    }

    /// @dev A digest signed for a contract that speaks ERC-7739 without saying what it is of: what its owners sign.
    function _personalDigest(address verifier, string memory name, bytes32 digest) internal view returns (bytes32) {
        bytes32 struct_ = keccak256(abi.encode(keccak256("PersonalSign(bytes prefixed)"), digest));
        return keccak256(abi.encodePacked(hex"1901", _domainOf(verifier, name), struct_));
    }

    /// @dev Of OpenZeppelin's multi-signers: signers in ascending order of their hashes.
    function _multiSignature(uint256 firstKey, uint256 secondKey, bytes32 digest) internal pure returns (bytes memory) {
        (bytes memory first, bytes memory second) = (
            abi.encodePacked(vm.addr(firstKey)),
            abi.encodePacked(vm.addr(secondKey))
        );
        if (keccak256(first) > keccak256(second)) return _multiSignature(secondKey, firstKey, digest);
        (bytes[] memory signers, bytes[] memory signatures) = (new bytes[](2), new bytes[](2));
        (signers[0], signers[1]) = (first, second);
        (signatures[0], signatures[1]) = (_sign(firstKey, digest), _sign(secondKey, digest));
        return abi.encode(signers, signatures);
    }

    function _multiSignature(uint256 onlyKey, bytes32 digest) internal pure returns (bytes memory) {
        (bytes[] memory signers, bytes[] memory signatures) = (new bytes[](1), new bytes[](1));
        (signers[0], signatures[0]) = (abi.encodePacked(vm.addr(onlyKey)), _sign(onlyKey, digest));
        return abi.encode(signers, signatures);
    }

    /// @dev Makes `account` the EOA of `OWNER_KEY` under EIP-7702.
    function _useDelegatedAccount() internal {
        account = owner;
        vm.etch(account, abi.encodePacked(hex"ef0100", implementation));
        token.mint(account, BALANCE);
        vm.deal(account, BALANCE);
    }

    function _sign(uint256 privateKey, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev In the lower half of s, as OpenZeppelin's verifiers want it.
    function _signP256(uint256 privateKey, bytes32 digest) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = vm.signP256(privateKey, digest);
        if (uint256(s) > P256_ORDER / 2) s = bytes32(P256_ORDER - uint256(s));
        return abi.encodePacked(r, s);
    }

    /// @dev The packed order, signed by the default key.
    function _signed(Grant memory granted, OrderSpec memory spec) internal view returns (bytes memory) {
        return _pack(granted, spec, _sign(KEY, _hash(granted, spec)));
    }

    /// @dev The packed order for the key itself to submit.
    function _unsigned(Grant memory granted, OrderSpec memory spec) internal view returns (bytes memory) {
        return _pack(granted, spec, "");
    }

    function _pack(
        Grant memory granted,
        OrderSpec memory spec,
        bytes memory signature
    ) internal view returns (bytes memory packed) {
        return _pack(granted, spec, signature, "", "");
    }

    function _pack(
        Grant memory granted,
        OrderSpec memory spec,
        bytes memory signature,
        bytes memory lease,
        bytes memory approval
    ) internal view returns (bytes memory packed) {
        packed = abi.encodePacked(
            spec.gasLimit,
            spec.nonce,
            spec.deadline,
            uint16(granted.packed.length),
            granted.packed,
            uint8(spec.calls.length)
        );
        for (uint256 i; i < spec.calls.length; ++i) {
            packed = bytes.concat(packed, _packCall(granted, spec.calls[i]));
        }
        return bytes.concat(packed, _sized(signature), _sized(lease), _sized(approval));
    }

    function _sized(bytes memory part) private pure returns (bytes memory) {
        return abi.encodePacked(uint16(part.length), part);
    }

    function _packCall(Grant memory granted, CallSpec memory call) private view returns (bytes memory) {
        bytes memory scope = manager.packScope(granted.scopes[call.scope]);
        bytes memory proof = _proof(granted.leaves, call.scope);
        return
            abi.encodePacked(
                uint16(scope.length),
                scope,
                uint8(proof.length / 32),
                proof,
                uint128(call.value),
                uint24(call.data.length),
                call.data
            );
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Use
    // ---------------------------------------------------------------------------------------------------------------

    function _execute(bytes memory order) internal {
        vm.prank(relayer);
        manager.execute(order);
    }

    function _execute(Grant memory granted, OrderSpec memory spec) internal {
        _execute(_signed(granted, spec));
    }

    /// @dev Expects `execute` to revert with exactly `reason`.
    function _refuse(bytes memory order, bytes memory reason) internal {
        vm.prank(relayer);
        vm.expectRevert(reason);
        manager.execute(order);
    }

    function _refuse(Grant memory granted, OrderSpec memory spec, bytes memory reason) internal {
        _refuse(_signed(granted, spec), reason);
    }

    function _executeBatch(bytes memory order) internal returns (bytes4) {
        bytes[] memory orders = new bytes[](1);
        orders[0] = order;
        return _executeBatch(orders)[0];
    }

    function _executeBatch(bytes memory first, bytes memory second) internal returns (bytes4, bytes4) {
        bytes[] memory orders = new bytes[](2);
        (orders[0], orders[1]) = (first, second);
        bytes4[] memory results = _executeBatch(orders);
        return (results[0], results[1]);
    }

    function _executeBatch(bytes[] memory orders) internal returns (bytes4[] memory) {
        vm.prank(relayer);
        return manager.executeBatch(orders);
    }

    function _isNonceUsed(Grant memory granted, uint24 nonce) internal view returns (bool) {
        ISessionTypes.SessionState memory state = manager.stateOf(granted.packed);
        if (nonce >= state.nextNonce) return false;
        uint256 age = state.nextNonce - 1 - nonce;
        return age >= 64 || (state.nonceWindow >> age) & 1 == 1;
    }

    function _remaining(Grant memory granted) internal view returns (uint256) {
        return manager.remaining(granted.packed)[0];
    }

    function _status(Grant memory granted) internal view returns (ISessionTypes.SessionStatus) {
        return manager.stateOf(granted.packed).status;
    }

    function _assertStatus(Grant memory granted, ISessionTypes.SessionStatus expected) internal view {
        assertEq(uint8(_status(granted)), uint8(expected), "status");
    }
}
