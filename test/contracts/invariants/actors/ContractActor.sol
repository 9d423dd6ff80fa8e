// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {FicklePolicy} from "../../../../contracts/test/FicklePolicy.sol";
import {FickleSigner} from "../../../../contracts/test/FickleSigner.sol";
import {HostileToken} from "../../../../contracts/test/HostileToken.sol";
import {KeyActor} from "./KeyActor.sol";

/// @title Tokens, target, policy and signer that do their worst, and time
abstract contract ContractActor is KeyActor {
    /// @dev One misbehaviour at a time: a token that both takes fees and lies about balances is beyond any meter.
    function misbehave(uint256 how, uint256 which, uint256 amount) external {
        _behave();
        how %= 8;
        if (how == 1) hostile.setFee(500);
        if (how == 2) hostile.setAnswers(HostileToken.Answer(which % 6), HostileToken.Answer.True);
        if (how == 3) hostile.setAnswers(HostileToken.Answer.True, HostileToken.Answer(which % 6));
        if (how == 4) hostile.setReadings(HostileToken.Reading(which % 6), HostileToken.Reading.True);
        if (how == 5) hostile.setReadings(HostileToken.Reading.True, HostileToken.Reading(which % 6));
        if (how == 6) hostile.setStrictApprove(true);
        if (how == 7) hostile.setHook(address(manager), _reentry(which));
        useKey(uint256([Kind.Draw, Kind.Permit2, Kind.Safe, Kind.Erc7579][amount % 4]), 2, amount, which);
    }

    /// @dev A balance that seems to grow and an allowance raised again hide what was drawn, but not from Permit2's books.
    function hideDraw(uint256 amount, uint256 way) external {
        _behave();
        hostile.setReadings(HostileToken.Reading.Grow, HostileToken.Reading.True);
        uint256 slot = uint256(Kind.Permit2);
        Grant memory granted = _grantOf(slot);
        OrderSpec memory spec = _spec(slot, granted, 2, 0);
        uint256 position = _position(granted, address(puller), puller.drawAndRaise.selector);
        spec.calls[0] = _callOf(slot, granted, position, amount % (CAP / 2));
        _send(_complete(slot, granted, spec, amount), way);
        _behave();
    }

    /// @dev A rebasing, blocking token that calls whom it likes in the middle of a transfer.
    function beStrange(uint256 how, uint256 which, uint256 amount) external {
        address account_ = accounts[uint256(Kind.Strange)];
        strange.setBlocked(recipient, false);
        strange.setBlocked(account_, false);
        strange.setHook(address(0), "");
        strange.setIndexInTransfer(0);
        how %= 6;
        if (how == 1) strange.setBlocked(which % 2 == 0 ? recipient : account_, true);
        if (how == 2) strange.rebase(0.5e18 + (which % 1e18));
        if (how == 3) strange.setIndexInTransfer(0.5e18 + (which % 1e18));
        if (how == 4) strange.setHook(address(manager), _reentry(which));
        if (how == 5) strange.setDecimals(which % 2 == 0 ? 0 : 77);
        useKey(uint256(Kind.Strange), 2, amount, which);
    }

    function swayPolicy(uint256 mood, uint256 amount) external {
        policy.setMood(FicklePolicy.Mood(mood % 6));
        useKey(uint256(Kind.Watched), 2, amount, mood);
        policy.setMood(FicklePolicy.Mood.Admit);
    }

    function swaySigner(uint256 mood, uint256 amount) external {
        signer.setMood(FickleSigner.Mood(mood % 6));
        useKey(uint256(Kind.Signer), 2, amount, 2);
        bool isForged = usesInAct != 0 && mood % 6 != 0;
        if (isForged) isBroken[Promise.Key] = true;
        signer.setMood(FickleSigner.Mood.Honest);
    }

    /// @dev The target takes what it is still allowed once the order is over.
    function takeLater(uint256 which, uint256 amount) external {
        uint256 slot = uint256([Kind.Draw, Kind.Strange, Kind.Erc7579][which % 3]);
        // A token that lies about allowances acts on its lie, and so gives away what nobody allowed.
        if (ownersAllowance[slot] != 0 || hostile.allowanceReading() != HostileToken.Reading.True) return;
        address token_ = _asset(slot);
        _begin();
        _try(stranger, address(target), abi.encodeCall(target.steal, (hostile, accounts[slot], 1 + (amount % CAP))));
        if (token_ != address(hostile)) {
            _try(
                stranger,
                address(target),
                abi.encodeCall(target.steal, (HostileToken(token_), accounts[slot], 1 + (amount % CAP)))
            );
        }
        _end(SLOTS);
    }

    /// @dev As `takeLater`, of those who pulled through Permit2: it keeps its own books, so no token's lie opens them.
    function takeLaterByPermit2(uint256 which, uint256 amount) external watched {
        uint256 slot = uint256(which % 2 == 0 ? Kind.Permit2 : Kind.Safe);
        bytes memory data = abi.encodeCall(puller.steal, (_asset(slot), accounts[slot], uint160(1 + (amount % CAP))));
        _try(stranger, address(puller), data);
    }

    function wait(uint256 seconds_, uint256 slot, uint256 amount) external {
        vm.warp(vm.getBlockTimestamp() + (seconds_ % 20 minutes));
        useKey(slot, 2, amount, seconds_);
    }

    function _behave() private {
        hostile.setFee(0);
        hostile.setAnswers(HostileToken.Answer.True, HostileToken.Answer.True);
        hostile.setReadings(HostileToken.Reading.True, HostileToken.Reading.True);
        hostile.setStrictApprove(false);
        hostile.setHook(address(0), "");
    }

    /// @dev What a hook tries in the middle of an order: every entry takes the lock.
    function _reentry(uint256 which) private view returns (bytes memory) {
        which %= 4;
        if (which == 0) return abi.encodeCall(manager.revokeAll, ());
        if (which == 1) return abi.encodeCall(manager.setGuardian, (stranger));
        if (which == 2 && seen.length != 0) return abi.encodeCall(manager.execute, (seen[seen.length - 1]));
        return abi.encodeCall(manager.pause, (address(hostile)));
    }
}
