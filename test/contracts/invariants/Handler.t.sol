// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionManager} from "../../../contracts/interfaces/ISessionManager.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {HostileTarget} from "../../../contracts/test/HostileTarget.sol";
import {HostileToken} from "../../../contracts/test/HostileToken.sol";
import {BaseTest} from "../BaseTest.sol";
import {Vm} from "../Vm.sol";

/// @title Owner, key, thief, relayer, token and target, each doing its worst
/// @dev Three sessions of one account: transfers of a plain token (0), a target that draws a hostile token (1), and
/// native value (2). A revoked one is replaced by a fresh one with another salt.
contract Handler is BaseTest {
    uint32 internal constant WINDOW = 1 hours;
    uint104 internal constant CAP = 1_000;

    HostileTarget public target;
    HostileToken public hostile;

    Grant[3] private _current;
    bytes[] private _seen;
    bytes[] private _revoked;
    uint256 private _salts;

    /// Sum of what left the account through a session in each period.
    mapping(bytes32 sessionId => mapping(uint256 period => uint256)) public left;
    mapping(bytes32 sessionId => mapping(uint24 nonce => uint256)) public uses;
    mapping(bytes32 sessionId => uint256) public highest;
    mapping(bytes32 sessionId => mapping(uint256 period => uint256)) private _spent;
    uint256 public ownersAllowance;
    bool public fell;
    bool public stolen;
    uint256 public executed;

    function start() external {
        BaseTest.setUp();
        target = HostileTarget(payable(_deploy("HostileTarget.sol:HostileTarget")));
        hostile = HostileToken(_deploy("HostileToken.sol:HostileToken"));
        hostile.mint(account, BALANCE);
        for (uint256 i; i < 3; ++i) _renew(i);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Actors
    // ---------------------------------------------------------------------------------------------------------------

    /// @dev The key signs; a relayer sends it alone, or in a batch, or the key sends it.
    function useKey(uint256 which, uint256 back, uint256 amount, uint256 way) public {
        which %= 3;
        Grant memory granted = _current[which];
        OrderSpec memory spec = _random(granted, which, back, amount);
        bytes memory order = _signed(granted, spec);
        _seen.push(order);
        _send(which, granted, order, way);
    }

    /// @dev Two orders of one session, then both again the other way round.
    function reorder(uint256 which, uint256 amount) external {
        which %= 3;
        Grant memory granted = _current[which];
        bytes[] memory orders = new bytes[](4);
        orders[0] = orders[3] = _signed(granted, _random(granted, which, 0, amount));
        orders[1] = orders[2] = _signed(granted, _random(granted, which, 1, amount / 2));
        _sendAll(which, granted, orders);
    }

    /// @dev Anything ever signed, again, perhaps with a bit flipped or its end cut off.
    function replay(uint256 index, uint256 flip, uint256 cut) external {
        if (_seen.length == 0) return;
        bytes memory order = _seen[index % _seen.length];
        if (flip % 2 == 1) order[flip % order.length] ^= 0x01;
        if (cut % 4 == 1) {
            uint256 length = cut % order.length;
            assembly ("memory-safe") {
                mstore(order, length)
            }
        }
        bytes[] memory orders = new bytes[](1);
        orders[0] = order;
        // Its session may be any of the three: watch each.
        for (uint256 i; i < 3; ++i) _before(i);
        bytes4 result = _executeBatch(orders)[0];
        for (uint256 i; i < 3; ++i) _after(i, _current[i]);
        if (result == 0 && (flip % 2 == 1 || cut % 4 == 1)) stolen = true;
    }

    /// @dev Without the key: another key's signature, none, or the owner's.
    function steal(uint256 which, uint256 amount, uint256 how) external {
        Grant memory granted = _current[which % 3];
        OrderSpec memory spec = _random(granted, which % 3, 0, amount);
        bytes memory signature;
        if (how % 3 == 0) signature = _sign(KEY + 1, _hash(granted, spec));
        if (how % 3 == 1) signature = _sign(OWNER_KEY, _hash(granted, spec));
        if (_executeBatch(_pack(granted, spec, signature)) == 0) stolen = true;
    }

    function wait(uint256 seconds_, uint256 amount) external {
        vm.warp(vm.getBlockTimestamp() + (seconds_ % 20 minutes));
        useKey(seconds_, 2, amount, amount);
    }

    function revokeOne(uint256 which) external {
        which %= 9;
        if (which > 2) return;
        _revoked.push(_current[which].packed);
        _revoke(_current[which]);
        _renew(which);
    }

    function revokeEvery(uint256 seed) external {
        if (seed % 8 != 0) return;
        vm.prank(account);
        manager.revokeAll();
        for (uint256 i; i < 3; ++i) _renew(i);
    }

    function pauseAndUnpause(uint256 which, uint256 amount) external {
        vm.prank(account);
        manager.pause(account);
        Grant memory granted = _current[which % 3];
        if (_executeBatch(_signed(granted, _random(granted, which % 3, 0, amount))) == 0) stolen = true;
        vm.prank(account);
        manager.unpause();
    }

    function approveAsOwner(uint256 amount) external {
        ownersAllowance = amount % 3 == 0 ? type(uint256).max : amount % 50;
        // Through zero, for when the token wants it so; what it answers does not matter here.
        vm.prank(account);
        _ignore(address(hostile), abi.encodeCall(hostile.raiseAllowance, (account, address(target), ownersAllowance)));
        useKey(1, 2, amount, amount >> 64);
    }

    /// @dev One misbehaviour of the token at a time: a token that both takes fees and lies about balances is beyond
    /// what any meter sees.
    function misbehave(uint256 how, uint256 which) external {
        hostile.setFee(0);
        hostile.setAnswers(HostileToken.Answer.True, HostileToken.Answer.True);
        hostile.setReadings(HostileToken.Reading.True, HostileToken.Reading.True);
        hostile.setStrictApprove(false);
        hostile.setHook(address(0), "");
        how %= 7;
        if (how == 1) hostile.setFee(500);
        if (how == 2) hostile.setAnswers(HostileToken.Answer(which % 6), HostileToken.Answer.True);
        if (how == 3) hostile.setAnswers(HostileToken.Answer.True, HostileToken.Answer(which % 6));
        if (how == 4) hostile.setReadings(HostileToken.Reading(which % 6), HostileToken.Reading.True);
        if (how == 5) hostile.setStrictApprove(true);
        if (how == 6) hostile.setHook(address(manager), abi.encodeCall(manager.revokeAll, ()));
        useKey(1, 2, which, which >> 64);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // For the invariants
    // ---------------------------------------------------------------------------------------------------------------

    function getCap() external pure returns (uint256) {
        return CAP;
    }

    function getManager() external view returns (ISessionManager) {
        return manager;
    }

    function getCurrent(uint256 which) external view returns (Grant memory) {
        return _current[which];
    }

    function getRevoked() external view returns (bytes[] memory) {
        return _revoked;
    }

    function getAllowance() external view returns (uint256) {
        // The raw storage of OpenZeppelin's ERC20: the view may lie.
        bytes32 slot = keccak256(abi.encode(target, keccak256(abi.encode(account, uint256(1)))));
        return uint256(vm.load(address(hostile), slot));
    }

    function getPeriod() external view returns (uint256) {
        return (vm.getBlockTimestamp() - START) / WINDOW;
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _renew(uint256 which) private {
        ISessionTypes.Session memory session = _session();
        session.salt = bytes32(++_salts);
        session.validAfter = START;
        session.validUntil = START + MAX_DURATION;
        address limited =
            which == 0
                ? address(token)
                : which == 1
                    ? address(hostile)
                    : NATIVE_TOKEN;
        session.limits = _limits(_limit(limited, CAP, WINDOW), _limit(limited, 20 * CAP, 0));
        ISessionTypes.Scope[] memory scopes;
        if (which == 0) {
            scopes = _scopes(_transferScope(), _scope(address(token), token.transferFrom.selector));
        } else if (which == 1) {
            scopes = _scopes(
                _spendScope(address(target), target.draw.selector, address(hostile)),
                _spendScope(address(target), target.drawAndRaise.selector, address(hostile))
            );
        } else {
            ISessionTypes.Scope memory refund = _scope(address(target), target.refund.selector);
            refund.maxValue = type(uint128).max;
            scopes = _scopes(_nativeScope(recipient, type(uint128).max), refund);
        }
        Grant memory granted = _grant(session, scopes);
        Grant storage current = _current[which];
        delete _current[which];
        current.packed = granted.packed;
        current.id = granted.id;
        current.leaves = granted.leaves;
        current.session.account = account;
        for (uint256 i; i < 2; ++i) {
            current.scopes.push();
            ISessionTypes.Scope storage scope = current.scopes[i];
            scope.target = granted.scopes[i].target;
            scope.selector = granted.scopes[i].selector;
            scope.maxValue = granted.scopes[i].maxValue;
            scope.spendToken = granted.scopes[i].spendToken;
            scope.spendMethod = granted.scopes[i].spendMethod;
        }
    }

    /// @dev An order near the session's next nonce, of one call near what its limit allows.
    function _random(
        Grant memory granted,
        uint256 which,
        uint256 back,
        uint256 amount
    ) private view returns (OrderSpec memory) {
        uint256 next = manager.stateOf(granted.packed).nextNonce;
        back %= 70;
        uint24 nonce = uint24(next + 2 > back ? next + 2 - back : 0);
        uint256 position = (amount >> 128) % 2;
        // A raised allowance hides what was drawn of it, which the balance then shows, unless that lies.
        bool lies = hostile.balanceReading() != HostileToken.Reading.True;
        if (lies && granted.scopes[position].selector == target.drawAndRaise.selector) position = 1 - position;
        amount %= CAP / 2;
        bytes4 selector = granted.scopes[position].selector;
        CallSpec memory call = CallSpec(position, 0, "");
        if (selector == token.transfer.selector) call.data = _transferData(amount);
        else if (selector == token.transferFrom.selector) {
            call.data = abi.encodeCall(token.transferFrom, (account, recipient, 0));
        } else if (selector == target.draw.selector) {
            call.data = abi.encodeWithSelector(selector, hostile, amount);
        } else if (selector == target.drawAndRaise.selector) {
            call.data = abi.encodeWithSelector(selector, hostile, amount, amount * 3);
        } else {
            call.value = amount;
            if (selector != 0) call.data = abi.encodeCall(target.refund, (amount / 2));
        }
        which;
        return _order(nonce, call);
    }

    uint256[3] private _balanceBefore;

    function _balance(uint256 which) private view returns (uint256) {
        if (which == 0) return token.balanceOf(account);
        if (which == 2) return account.balance;
        return uint256(vm.load(address(hostile), keccak256(abi.encode(account, uint256(0)))));
    }

    function _before(uint256 which) private {
        _balanceBefore[which] = _balance(which);
    }

    /// @dev Adds what left to its period, counts the nonces that were used, and looks whether the spend fell.
    function _after(uint256 which, Grant memory granted) private {
        uint256 now_ = _balance(which);
        uint256 period = this.getPeriod();
        if (now_ < _balanceBefore[which]) {
            left[granted.id][period] += _balanceBefore[which] - now_;
            ++executed;
        }
        uint256 spent = CAP - manager.remaining(granted.packed)[0];
        if (spent < _spent[granted.id][period]) fell = true;
        _spent[granted.id][period] = spent;
    }

    function _send(uint256 which, Grant memory granted, bytes memory order, uint256 way) private {
        if (way % 3 == 0) {
            bytes[] memory orders = new bytes[](1);
            orders[0] = order;
            _sendAll(which, granted, orders);
            return;
        }
        _before(which);
        vm.recordLogs();
        vm.prank(way % 3 == 1 ? key : relayer);
        _ignore(address(manager), abi.encodeCall(manager.execute, (order)));
        _count();
        _after(which, granted);
    }

    function _sendAll(uint256 which, Grant memory granted, bytes[] memory orders) private {
        _before(which);
        vm.recordLogs();
        _executeBatch(orders);
        _count();
        _after(which, granted);
    }

    function _count() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(manager)) continue;
            bytes32 topic = logs[i].topics[0];
            if (topic != ISessionEvents.OrderExecuted.selector && topic != ISessionEvents.OrderFailed.selector) {
                continue;
            }
            bytes memory data = logs[i].data;
            uint256 nonce;
            assembly ("memory-safe") {
                nonce := mload(add(data, 32))
            }
            bytes32 id = logs[i].topics[1];
            ++uses[id][uint24(nonce)];
            if (nonce + 1 > highest[id]) highest[id] = nonce + 1;
        }
    }

    /// @dev A call whose failure is as good as its success. Of bounded gas: a hostile token may eat all there is.
    function _ignore(address to, bytes memory data) private {
        assembly ("memory-safe") {
            pop(call(3000000, to, 0, add(data, 32), mload(data), 0, 0))
        }
    }
}
