// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionManager} from "../../../contracts/interfaces/ISessionManager.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {TestBase} from "../TestBase.sol";
import {Handler} from "./Handler.t.sol";
import {Ledger} from "./Ledger.sol";

/// @dev DESIGN 1.3 under random sequences of everyone's worst moves.
/// hardhat-config: invariant.depth = 96
contract SessionManagerInvariants is TestBase {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler internal handler;
    ISessionManager internal manager;

    function setUp() public {
        handler = new Handler();
        handler.start();
        manager = handler.getManager();
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        bytes4[30] memory all = [
            handler.useKey.selector,
            handler.useKey.selector,
            handler.useKey.selector,
            handler.useKeyItself.selector,
            handler.callTwice.selector,
            handler.redeem.selector,
            handler.cancel.selector,
            handler.overreach.selector,
            handler.surrender.selector,
            handler.replay.selector,
            handler.reorder.selector,
            handler.mix.selector,
            handler.starve.selector,
            handler.steal.selector,
            handler.settle.selector,
            handler.revoke.selector,
            handler.revokeEverySession.selector,
            handler.pauseAndUse.selector,
            handler.reinstall.selector,
            handler.sign.selector,
            handler.replayMessage.selector,
            handler.allow.selector,
            handler.suspend.selector,
            handler.revokeAsSentinel.selector,
            handler.pauseAsGuardian.selector,
            handler.meddle.selector,
            handler.forgeMessage.selector,
            handler.report.selector,
            handler.slander.selector,
            handler.misbehave.selector
        ];
        bytes4[9] memory more = [
            handler.hideDraw.selector,
            handler.beStrange.selector,
            handler.swayPolicy.selector,
            handler.swaySigner.selector,
            handler.takeLater.selector,
            handler.takeLaterByPermit2.selector,
            handler.detach.selector,
            handler.breakIn.selector,
            handler.wait.selector
        ];
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](39);
        for (uint256 i; i < 30; ++i) targets[0].selectors[i] = all[i];
        for (uint256 i; i < 9; ++i) targets[0].selectors[30 + i] = more[i];
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev So that the invariants hold of something.
    function test_ordersOfEveryKindRun() public {
        for (uint256 slot; slot < handler.getSlots(); ++slot) {
            vm.warp(vm.getBlockTimestamp() + 1 hours);
            // An even amount brings an approval, a low one a fresh lease.
            handler.useKey(slot, 2, 2, 2);
            assertEq(handler.executed(slot), 1, "executed");
        }
    }

    function invariant_nothingLeavesBeyondTheLimits() public view {
        uint256 period = handler.getPeriod();
        for (uint256 slot; slot < handler.getSlots(); ++slot) {
            (bool isGross, uint256 cap) = handler.getGrossCap(slot);
            if (!isGross) continue;
            uint256 left = handler.left(handler.getId(slot), period);
            assertLe(left, cap, "left");
            // What left is at most what was charged.
            bytes memory packed = handler.getPacked(slot);
            if (manager.stateOf(packed).status != ISessionTypes.SessionStatus.Active) continue;
            assertLe(left, cap - manager.remaining(packed)[0], "charged");
        }
        _assertKept(Ledger.Promise.Spend, "gross spend fell inside a period");
        _assertKept(Ledger.Promise.Measured, "net or inventory does not bound the measured change");
        _assertKept(Ledger.Promise.Apart, "a session that ran nothing spent");
    }

    function invariant_noAllowanceRemains() public view {
        for (uint256 slot; slot < handler.getSlots(); ++slot) {
            assertEq(handler.getAllowanceBeyondOwners(slot), 0, "allowance");
        }
    }

    function invariant_noNonceIsUsedTwice_andTheStateWordKnowsEach() public view {
        for (uint256 slot; slot < handler.getSlots(); ++slot) {
            bytes32 id = handler.getId(slot);
            ISessionTypes.SessionState memory state = manager.stateOf(handler.getPacked(slot));
            assertEq(state.nextNonce, handler.heads(id), "head");
            for (uint256 age; age < state.nextNonce; ++age) {
                uint256 uses = handler.uses(id, uint24(state.nextNonce - 1 - age));
                assertLe(uses, 1, "used twice");
                if (age < 64) assertEq((state.nonceWindow >> age) & 1, uses, "window");
            }
        }
    }

    function invariant_whatEndedStaysEnded_andWhatIsStoppedRunsNothing() public view {
        bytes[] memory revoked = handler.getRevoked();
        for (uint256 i; i < revoked.length; ++i) {
            ISessionTypes.SessionState memory state = manager.stateOf(revoked[i]);
            assertEq(uint8(state.status), uint8(ISessionTypes.SessionStatus.Revoked), "revoked");
            assertEq(manager.remaining(revoked[i])[0], 0, "remaining");
        }
        _assertKept(Ledger.Promise.Ended, "something did not end");
        _assertKept(Ledger.Promise.Stopped, "a stopped session ran");
    }

    function invariant_onlyTheAccountWidensAuthority() public view {
        _assertKept(Ledger.Promise.Authority, "another widened authority");
        _assertKept(Ledger.Promise.Counters, "epoch or control nonce fell, or an act of the owner did not raise it");
        _assertKept(Ledger.Promise.Key, "an order ran without the key");
    }

    function _assertKept(Ledger.Promise promise_, string memory broken) private view {
        assertTrue(!handler.isBroken(promise_), broken);
    }
}
