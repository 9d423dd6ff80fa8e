// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {FicklePolicy} from "../../../contracts/test/FicklePolicy.sol";
import {FickleSigner} from "../../../contracts/test/FickleSigner.sol";
import {GasToken} from "../../../contracts/test/GasToken.sol";
import {HostileNft} from "../../../contracts/test/HostileNft.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {HostileToken} from "../../../contracts/test/HostileToken.sol";
import {MarketTarget} from "../../../contracts/test/MarketTarget.sol";
import {Permit2Target} from "../../../contracts/test/Permit2Target.sol";
import {StrangeToken} from "../../../contracts/test/StrangeToken.sol";
import {BaseTest} from "../BaseTest.sol";
import {OthersCode} from "./OthersCode.sol";

/// @title The accounts, sessions, tokens and targets that the actors of the invariants share
/// @dev Every kind of session has a slot with an account of its own, so that what leaves an account left by its session.
/// Accounts of odd slots are EOAs under EIP-7702, whose owner signs by their key; those of even slots are clones. The last
/// three are what others wrote.
// solhint-disable-next-line max-states-count
abstract contract World is OthersCode {
    /// @dev A kind of session; its number is that of its slot.
    enum Kind {
        /// Transfers of a plain token, under two gross limits.
        Transfer,
        /// A target draws a hostile token by its temporary allowance.
        Draw,
        /// The native token, under a gross limit.
        Native,
        /// Trades under a net limit.
        Trade,
        /// Sells only what it bought, under an inventory, and loses only so much by it, under a net limit.
        Sell,
        /// Needs its sentinel's lease.
        Lease,
        /// Needs its approver's signature above an amount.
        Approved,
        /// Asks a policy, bounds an argument by a rule, and ends by a misuse proof.
        Watched,
        /// A contract signs, one relayer submits, and orders keep an interval.
        Signer,
        /// A rebasing, blocking token with hooks on both sides.
        Strange,
        /// An ERC-721 behind an ERC-20's selector.
        Nft,
        /// A target draws a hostile token through Permit2, which keeps books of its own: no lie of the token's hides it.
        Permit2,
        /// A Safe that transfers a hostile token, and of which a target draws it through Permit2.
        Safe,
        /// A Safe that sends the native token.
        SafeNative,
        /// An ERC-7579 account that transfers a hostile token, and of which a target draws it.
        Erc7579
    }

    uint256 internal constant SLOTS = 15;
    /// @dev Slots below are of `SessionAccount`s, half of them EOAs.
    uint256 internal constant FIRST_OF_OTHERS = 12;
    uint32 internal constant WINDOW = 1 hours;
    uint104 internal constant CAP = 1_000;
    uint104 internal constant APPROVE_ABOVE = 250;
    uint104 internal constant HELD = 500;
    uint32 internal constant LEASE_TTL = 30 minutes;
    uint32 internal constant INTERVAL = 1 minutes;
    uint256 internal constant SENTINEL_KEY = 0x5E47;
    uint256 internal constant APPROVER_KEY = 0xA99;
    uint256 internal constant GUARDIAN_KEY = 0x60A4;
    uint256 internal constant STRANGER_KEY = 0xBAD;
    uint256 internal constant ACCOUNT_KEY = 0xACC0;

    GasToken internal goods;
    HostileToken internal hostile;
    StrangeToken internal strange;
    HostileNft internal nft;
    HostileTarget internal target;
    MarketTarget internal market;
    Permit2Target internal puller;
    FicklePolicy internal policy;
    FickleSigner internal signer;
    address internal sentinel = vm.addr(SENTINEL_KEY);
    address internal approver = vm.addr(APPROVER_KEY);
    address internal guardian = vm.addr(GUARDIAN_KEY);
    address internal stranger = vm.addr(STRANGER_KEY);

    address[SLOTS] internal accounts;
    /// What the owner allowed the slot's target, or Permit2, of the slot's token, apart from any session.
    uint256[SLOTS] internal ownersAllowance;
    /// Every order that was ever signed.
    bytes[] internal seen;
    /// Packed sessions that were revoked.
    bytes[] internal revoked;
    bytes32[SLOTS] internal ids;
    bytes[SLOTS] internal packed;
    bytes[SLOTS] private _grants;
    uint256 private _salts;

    function _build() internal {
        BaseTest.setUp();
        _etchPermit2();
        goods = GasToken(_deploy("GasToken.sol:GasToken"));
        hostile = HostileToken(_deploy("HostileToken.sol:HostileToken"));
        strange = StrangeToken(_deploy("StrangeToken.sol:StrangeToken"));
        nft = HostileNft(_deploy("HostileNft.sol:HostileNft"));
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
        market = MarketTarget(payable(_deploy("MarketTarget.sol:MarketTarget")));
        puller = Permit2Target(_deploy("Permit2Target.sol:Permit2Target"));
        policy = FicklePolicy(_deploy("FicklePolicy.sol:FicklePolicy"));
        signer = FickleSigner(_deploy("FickleSigner.sol:FickleSigner", abi.encode(key)));
        token.mint(address(market), BALANCE);
        goods.mint(address(market), BALANCE);
        for (uint256 slot; slot < SLOTS; ++slot) {
            _open(slot);
            _renew(slot);
        }
    }

    function _open(uint256 slot) private {
        address account_ = _createAccount(slot);
        accounts[slot] = account_;
        token.mint(account_, BALANCE);
        hostile.mint(account_, BALANCE);
        goods.mint(account_, BALANCE);
        strange.mint(account_, BALANCE);
        vm.deal(account_, BALANCE);
        if (Kind(slot) == Kind.Nft) for (uint256 id; id < 20; ++id) nft.mint(account_, id * 60);
        vm.prank(account_);
        manager.setGuardian(guardian);
    }

    function _createAccount(uint256 slot) private returns (address account_) {
        if (_isSafe(slot)) return _createSafe();
        if (Kind(slot) == Kind.Erc7579) return _createErc7579();
        if (slot % 2 == 0) return factory.createAccount(owner, bytes32(slot + 1));
        account_ = vm.addr(ACCOUNT_KEY + slot);
        vm.etch(account_, abi.encodePacked(hex"ef0100", implementation));
    }

    function _grantOf(uint256 slot) internal view returns (Grant memory) {
        return abi.decode(_grants[slot], (Grant));
    }

    /// @dev Grants a fresh session of the slot's kind.
    function _renew(uint256 slot) internal {
        ISessionTypes.Session memory session = _design(slot);
        Grant memory granted = _grant(session, _designScopes(slot));
        (ids[slot], packed[slot], _grants[slot]) = (granted.id, granted.packed, abi.encode(granted));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What each slot's session says
    // ---------------------------------------------------------------------------------------------------------------

    function _design(uint256 slot) internal returns (ISessionTypes.Session memory session) {
        session.account = accounts[slot];
        session.accountKind = _accountKind(slot);
        session.signer = abi.encodePacked(key);
        session.validAfter = START;
        session.validUntil = START + MAX_DURATION;
        session.maxOrders = MAX_ORDERS;
        session.epoch = manager.accountStateOf(accounts[slot]).epoch;
        session.salt = bytes32(++_salts);
        session.sentinel = sentinel;
        session.sentinelMayRevoke = slot % 3 == 0;
        session.limits = _limits(_limit(_asset(slot), CAP, WINDOW), _limit(_asset(slot), 20 * CAP, 0));
        Kind kind = Kind(slot);
        if (kind == Kind.Trade) session.limits = _limits(_net(_asset(slot), CAP, WINDOW));
        if (kind == Kind.Sell) session.limits = _sellLimits();
        if (kind == Kind.Lease) session.leaseTtl = LEASE_TTL;
        if (kind == Kind.Approved) {
            session.approver = abi.encodePacked(approver);
            session.limits[0].approveAbove = APPROVE_ABOVE;
        }
        if (kind == Kind.Watched) session.revokeOnMisuse = true;
        if (kind == Kind.Signer) {
            session.signer = abi.encodePacked(signer);
            session.relayer = relayer;
            session.minInterval = INTERVAL;
        }
    }

    function _net(
        address token_,
        uint104 amount,
        uint32 period
    ) internal pure returns (ISessionTypes.Limit memory limit) {
        limit = _limit(token_, amount, period);
        limit.kind = ISessionTypes.LimitKind.Net;
    }

    function _sellLimits() private view returns (ISessionTypes.Limit[] memory limits) {
        limits = new ISessionTypes.Limit[](3);
        limits[0] = _limit(address(goods), HELD, 0);
        limits[0].kind = ISessionTypes.LimitKind.Inventory;
        limits[1] = _net(address(token), CAP, WINDOW);
        limits[2] = _net(address(goods), 1_000_000 * CAP, 0);
    }

    function _designScopes(uint256 slot) internal view returns (ISessionTypes.Scope[] memory) {
        Kind kind = Kind(slot);
        if (kind == Kind.Draw) {
            return
                _scopes(
                    _spendScope(address(target), target.draw.selector, address(hostile)),
                    _spendScope(address(target), target.drawAndRaise.selector, address(hostile))
                );
        }
        if (kind == Kind.Native || kind == Kind.SafeNative) {
            ISessionTypes.Scope memory refund = _scope(address(target), target.refund.selector);
            refund.maxValue = type(uint128).max;
            return _scopes(_nativeScope(recipient, type(uint128).max), refund);
        }
        if (kind == Kind.Trade || kind == Kind.Sell) return _marketScopes(kind);
        if (kind == Kind.Watched) return _watchedScopes();
        if (kind == Kind.Strange) {
            return
                _scopes(
                    _scope(address(strange), strange.transfer.selector),
                    _spendScope(address(target), target.draw.selector, address(strange))
                );
        }
        if (kind == Kind.Nft) return _scopes(_scope(address(nft), nft.transferFrom.selector));
        if (kind == Kind.Permit2) {
            return
                _scopes(
                    _permit2Scope(puller.draw.selector, address(hostile)),
                    _permit2Scope(puller.drawAndRaise.selector, address(hostile))
                );
        }
        if (kind == Kind.Safe || kind == Kind.Erc7579) {
            return
                _scopes(
                    _scope(address(hostile), hostile.transfer.selector),
                    kind == Kind.Safe
                        ? _permit2Scope(puller.borrow.selector, address(hostile))
                        : _spendScope(address(target), target.draw.selector, address(hostile))
                );
        }
        return _scopes(_transferScope(), _scope(address(token), token.transferFrom.selector));
    }

    function _marketScopes(Kind kind) private view returns (ISessionTypes.Scope[] memory) {
        return
            _scopes(
                _spendScope(address(market), market.trade.selector, address(token)),
                kind == Kind.Sell
                    ? _spendScope(address(market), market.trade.selector, address(goods))
                    : _spendScope(address(market), market.borrow.selector, address(token))
            );
    }

    function _permit2Scope(
        bytes4 selector,
        address spendToken
    ) private view returns (ISessionTypes.Scope memory scope) {
        scope = _spendScope(address(puller), selector, spendToken);
        scope.spendMethod = ISessionTypes.SpendMethod.Permit2;
    }

    function _watchedScopes() private view returns (ISessionTypes.Scope[] memory scopes) {
        ISessionTypes.Scope memory transfers = _transferScope();
        transfers.policy = address(policy);
        transfers.rules = _rules(_rule(ISessionTypes.RuleOp.AtMost, 32, bytes32(uint256(CAP / 2))));
        return _scopes(transfers, _scope(address(market), market.touch.selector));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Accounts and assets
    // ---------------------------------------------------------------------------------------------------------------

    function _isSafe(uint256 slot) internal pure returns (bool) {
        return Kind(slot) == Kind.Safe || Kind(slot) == Kind.SafeNative;
    }

    function _accountKind(uint256 slot) internal pure returns (ISessionTypes.AccountKind) {
        if (_isSafe(slot)) return ISessionTypes.AccountKind.Safe;
        if (Kind(slot) == Kind.Erc7579) return ISessionTypes.AccountKind.Erc7579;
        return ISessionTypes.AccountKind.SessionAccount;
    }

    /// @dev Whether a target may pull the slot's token through Permit2.
    function _usesPermit2(uint256 slot) internal pure returns (bool) {
        return Kind(slot) == Kind.Permit2 || Kind(slot) == Kind.Safe;
    }

    /// @dev The token of the slot's first limit that bounds what leaves.
    function _asset(uint256 slot) internal view returns (address) {
        Kind kind = Kind(slot);
        if (kind == Kind.Draw || kind == Kind.Permit2) return address(hostile);
        if (kind == Kind.Safe || kind == Kind.Erc7579) return address(hostile);
        if (kind == Kind.Native || kind == Kind.SafeNative) return NATIVE_TOKEN;
        if (kind == Kind.Strange) return address(strange);
        if (kind == Kind.Nft) return address(nft);
        return address(token);
    }

    /// @dev The balance as it is: the hostile token's view may lie, so its storage (OpenZeppelin's ERC-20) is read.
    function _balanceOf(address token_, address account_) internal view returns (uint256) {
        if (token_ == NATIVE_TOKEN) return account_.balance;
        if (token_ == address(hostile)) {
            return uint256(vm.load(token_, keccak256(abi.encode(account_, uint256(0)))));
        }
        return HostileToken(token_).balanceOf(account_);
    }

    /// @dev The allowance as it is.
    function _allowanceOf(address token_, address account_, address spender) internal view returns (uint256) {
        if (token_ != address(hostile)) return HostileToken(token_).allowance(account_, spender);
        bytes32 slot = keccak256(abi.encode(spender, keccak256(abi.encode(account_, uint256(1)))));
        return uint256(vm.load(token_, slot));
    }

    /// @dev Calls and tells whether it succeeded. Of bounded gas: a hostile token may eat all there is.
    function _try(address from, address to, bytes memory data) internal returns (bool ok) {
        vm.prank(from);
        assembly ("memory-safe") {
            ok := call(8000000, to, 0, add(data, 32), mload(data), 0, 0)
        }
    }
}
