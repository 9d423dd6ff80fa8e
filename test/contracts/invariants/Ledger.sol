// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionEvents} from "../../../contracts/interfaces/ISessionEvents.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {Vm} from "../Vm.sol";
import {World} from "./World.sol";

/// @title What an onlooker writes down around every act, and which promise an act broke
/// @dev Counts from balances and events alone; the manager's own counters are only compared with it.
abstract contract Ledger is World {
    /// @dev Promises of DESIGN 1.3 that are judged act by act.
    enum Promise {
        /// A net or inventory limit counts what was measured.
        Measured,
        /// Nothing runs without the key's signature over it.
        Key,
        /// Paused, suspended, superseded, revoked and expired sessions run nothing.
        Stopped,
        /// Gross spend never falls inside a period.
        Spend,
        /// Only the account widens authority.
        Authority,
        /// Epoch and control nonce never fall.
        Counters,
        /// What should have ended a session has.
        Ended,
        /// A session that ran no order spent nothing, and nothing left its account.
        Apart
    }

    /// @dev A slot as it was before an act.
    struct Snapshot {
        uint256 balance;
        uint256 goods;
        uint256 outflow;
        ISessionTypes.SessionStatus status;
        uint256[] remaining;
        ISessionTypes.AccountState account;
    }

    mapping(Promise => bool) public isBroken;
    /// What left the account by the session in each period.
    mapping(bytes32 sessionId => mapping(uint256 period => uint256)) public left;
    mapping(bytes32 sessionId => mapping(uint24 nonce => uint256)) public uses;
    /// One above the highest used nonce.
    mapping(bytes32 sessionId => uint256) public heads;
    /// Orders that ran, over all sessions of a slot.
    uint256[SLOTS] public executed;
    uint256 public failed;
    /// Nonces that the last act used.
    uint256 internal usesInAct;

    Snapshot[SLOTS] private _before;
    bytes32[SLOTS] private _ids;
    bool[SLOTS] private _isUsed;
    mapping(bytes32 sessionId => uint256) private _slotPlusOne;
    /// The loss that a net limit should count, and its period.
    mapping(bytes32 sessionId => uint256) private _loss;
    mapping(bytes32 sessionId => uint256) private _lossPeriod;
    /// Change of what an inventory should hold.
    mapping(bytes32 sessionId => int256) private _bought;

    /// @dev Of anybody but the owner.
    modifier watched() {
        _begin();
        _;
        _end(SLOTS);
    }

    function _period() internal view returns (uint256) {
        return (vm.getBlockTimestamp() - START) / WINDOW;
    }

    function _begin() internal {
        for (uint256 slot; slot < SLOTS; ++slot) {
            _ids[slot] = ids[slot];
            _isUsed[slot] = false;
            _slotPlusOne[ids[slot]] = slot + 1;
            _before[slot] = _look(slot);
        }
        usesInAct = 0;
        vm.recordLogs();
    }

    /// @param owned The slot whose owner acted; `SLOTS` = none.
    function _end(uint256 owned) internal {
        _readEvents(owned);
        for (uint256 slot; slot < SLOTS; ++slot) {
            // Its grant is the one from before the act.
            if (ids[slot] != _ids[slot]) continue;
            Snapshot memory before = _before[slot];
            Snapshot memory now_ = _look(slot);
            _judgeAccount(before, now_, slot == owned);
            _judgeSpend(slot, ids[slot], before, now_);
            if (!_isUsed[slot]) _judgeIdle(before, now_);
        }
    }

    function _look(uint256 slot) private view returns (Snapshot memory snapshot) {
        address account_ = accounts[slot];
        snapshot.balance = _balanceOf(_asset(slot), account_);
        if (Kind(slot) == Kind.Sell) snapshot.goods = _balanceOf(address(goods), account_);
        if (Kind(slot) == Kind.Strange) snapshot.outflow = strange.outflowOf(account_);
        snapshot.status = manager.stateOf(packed[slot]).status;
        snapshot.remaining = manager.remaining(packed[slot]);
        snapshot.account = manager.accountStateOf(account_);
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _readEvents(uint256 owned) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(manager)) continue;
            bytes32 topic = logs[i].topics[0];
            if (topic == ISessionEvents.OrderExecuted.selector || topic == ISessionEvents.OrderFailed.selector) {
                _countUse(logs[i]);
                if (topic == ISessionEvents.OrderFailed.selector) ++failed;
            } else if (_widens(topic)) {
                // Each names the account first. What somebody does to an account of their own is theirs to do.
                address account_ = address(uint160(uint256(logs[i].topics[1])));
                bool isOwners = owned < SLOTS && account_ == accounts[owned];
                if (!isOwners && _isOfASlot(account_)) isBroken[Promise.Authority] = true;
            }
        }
    }

    function _isOfASlot(address account_) private view returns (bool) {
        for (uint256 slot; slot < SLOTS; ++slot) if (accounts[slot] == account_) return true;
        return false;
    }

    function _countUse(Vm.Log memory log) private {
        bytes32 id = log.topics[1];
        bytes memory data = log.data;
        uint256 nonce;
        assembly ("memory-safe") {
            nonce := mload(add(data, 32))
        }
        ++uses[id][uint24(nonce)];
        ++usesInAct;
        if (nonce + 1 > heads[id]) heads[id] = nonce + 1;
        uint256 slot = _slotPlusOne[id];
        if (slot == 0 || _ids[slot - 1] != id || _before[slot - 1].status != ISessionTypes.SessionStatus.Active) {
            isBroken[Promise.Stopped] = true;
            return;
        }
        _isUsed[slot - 1] = true;
        if (log.topics[0] == ISessionEvents.OrderExecuted.selector) ++executed[slot - 1];
    }

    function _widens(bytes32 topic) private pure returns (bool) {
        return
            topic == ISessionEvents.SessionGranted.selector ||
            topic == ISessionEvents.SessionResumed.selector ||
            topic == ISessionEvents.AccountUnpaused.selector ||
            topic == ISessionEvents.GuardianSet.selector;
    }

    function _judgeAccount(Snapshot memory before, Snapshot memory now_, bool isOwners) private {
        ISessionTypes.AccountState memory was = before.account;
        ISessionTypes.AccountState memory is_ = now_.account;
        if (is_.epoch < was.epoch || is_.controlNonce < was.controlNonce) isBroken[Promise.Counters] = true;
        if (isOwners) return;
        bool isWider = is_.guardian != was.guardian || (was.paused && !is_.paused) || is_.installed != was.installed;
        bool revived =
            before.status != ISessionTypes.SessionStatus.Active && now_.status == ISessionTypes.SessionStatus.Active;
        if (isWider || revived || is_.epoch != was.epoch) isBroken[Promise.Authority] = true;
    }

    function _judgeSpend(uint256 slot, bytes32 id, Snapshot memory before, Snapshot memory now_) private {
        uint256 period = _period();
        Kind kind = Kind(slot);
        if (kind == Kind.Trade || kind == Kind.Sell) {
            _judgeLoss(id, before, now_, kind == Kind.Sell ? 1 : 0);
            if (kind == Kind.Sell) _judgeInventory(id, before, now_);
            return;
        }
        uint256 gone = before.balance > now_.balance ? before.balance - now_.balance : 0;
        // A rebase moves balances without anything leaving.
        if (kind == Kind.Strange) gone = now_.outflow - before.outflow;
        left[id][period] += gone;
        bool wasActive = before.status == ISessionTypes.SessionStatus.Active;
        if (!wasActive || now_.status != ISessionTypes.SessionStatus.Active) return;
        for (uint256 i; i < now_.remaining.length; ++i) {
            if (now_.remaining[i] > before.remaining[i]) isBroken[Promise.Spend] = true;
        }
    }

    function _judgeIdle(Snapshot memory before, Snapshot memory now_) private {
        if (now_.balance != before.balance || now_.goods != before.goods) isBroken[Promise.Apart] = true;
        if (before.status != now_.status) return;
        for (uint256 i; i < now_.remaining.length; ++i) {
            if (now_.remaining[i] != before.remaining[i]) isBroken[Promise.Apart] = true;
        }
    }

    /// @dev An act holds at most one order of a session with a net limit, so that its change of balance is that order's.
    function _judgeLoss(bytes32 id, Snapshot memory before, Snapshot memory now_, uint256 limit) private {
        uint256 loss = _lossPeriod[id] == _period() ? _loss[id] : 0;
        if (now_.balance < before.balance) loss += before.balance - now_.balance;
        else loss = loss + before.balance > now_.balance ? loss + before.balance - now_.balance : 0;
        (_loss[id], _lossPeriod[id]) = (loss, _period());
        if (loss > CAP) isBroken[Promise.Measured] = true;
        if (now_.status != ISessionTypes.SessionStatus.Active) return;
        if (now_.remaining[limit] != CAP - loss) isBroken[Promise.Measured] = true;
    }

    function _judgeInventory(bytes32 id, Snapshot memory before, Snapshot memory now_) private {
        int256 held = _bought[id] + int256(now_.goods) - int256(before.goods);
        _bought[id] = held;
        held += int256(uint256(HELD));
        if (held < 0) isBroken[Promise.Measured] = true;
        if (now_.status != ISessionTypes.SessionStatus.Active) return;
        if (int256(now_.remaining[0]) != held) isBroken[Promise.Measured] = true;
    }
}
