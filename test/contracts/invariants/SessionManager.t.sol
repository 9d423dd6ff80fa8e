// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionManager} from "../../../contracts/interfaces/ISessionManager.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";
import {TestBase} from "../TestBase.sol";
import {Handler} from "./Handler.t.sol";

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
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        bytes4[] memory selectors = new bytes4[](12);
        selectors[0] = selectors[1] = selectors[2] = handler.useKey.selector;
        selectors[3] = handler.reorder.selector;
        selectors[4] = handler.replay.selector;
        selectors[5] = handler.steal.selector;
        selectors[6] = handler.wait.selector;
        selectors[7] = handler.revokeOne.selector;
        selectors[8] = handler.revokeEvery.selector;
        selectors[9] = handler.pauseAndUnpause.selector;
        selectors[10] = handler.approveAsOwner.selector;
        selectors[11] = handler.misbehave.selector;
        targets[0].selectors = selectors;
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_nothingLeavesBeyondTheLimitOfAPeriod() public view {
        uint256 period = handler.getPeriod();
        for (uint256 i; i < 3; ++i) {
            BaseTest.Grant memory granted = handler.getCurrent(i);
            assertLe(handler.left(granted.id, period), handler.getCap(), "left");
            // What left is at most what was charged.
            uint256 spent = handler.getCap() - manager.remaining(granted.packed)[0];
            assertLe(handler.left(granted.id, period), spent, "charged");
        }
    }

    function invariant_nothingLeavesWithoutTheKey() public view {
        assertFalse(handler.stolen());
    }

    function invariant_noAllowanceRemains() public view {
        assertLe(handler.getAllowance(), handler.ownersAllowance(), "allowance");
    }

    function invariant_noNonceIsUsedTwice() public view {
        for (uint256 i; i < 3; ++i) {
            bytes32 id = handler.getCurrent(i).id;
            for (uint24 nonce; nonce < handler.highest(id); ++nonce) {
                assertLe(handler.uses(id, nonce), 1, "nonce");
            }
        }
    }

    function invariant_theStateWordIsThatOfTheUses() public view {
        for (uint256 i; i < 3; ++i) {
            BaseTest.Grant memory granted = handler.getCurrent(i);
            ISessionTypes.SessionState memory state = manager.stateOf(granted.packed);
            for (uint256 age; age < 64 && age < state.nextNonce; ++age) {
                bool used = handler.uses(granted.id, uint24(state.nextNonce - 1 - age)) != 0;
                // Replayed orders are not counted by the handler, so a used bit may lack its count, not the reverse.
                assertTrue((state.nonceWindow >> age) & 1 == 1 || !used, "window");
            }
            assertLe(handler.highest(granted.id), state.nextNonce, "head");
        }
    }

    function invariant_revokedIsForEver() public view {
        bytes[] memory revoked = handler.getRevoked();
        for (uint256 i; i < revoked.length; ++i) {
            ISessionTypes.SessionState memory state = manager.stateOf(revoked[i]);
            assertEq(uint8(state.status), uint8(ISessionTypes.SessionStatus.Revoked));
            assertEq(manager.remaining(revoked[i])[0], 0);
        }
    }

    function invariant_spendNeverFallsInsideAPeriod() public view {
        assertFalse(handler.fell());
    }
}
