// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract UnapprovedOfTest is BaseTest {
    function test_isEmpty_withoutLimits() public {
        assertEq(manager.unapprovedOf(_grantIncrement().packed).length, 0);
    }

    function test_isNothing_whereNoApprovalIsAsked() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(0, _transferData(5)));
        assertEq(manager.unapprovedOf(granted.packed)[0], 0);
    }

    function test_isWhatWasSpentInThePeriod() public {
        Grant memory granted = _grantApproved();
        _execute(granted, _order(0, _transferData(5)));
        _execute(granted, _order(1, _transferData(2)));
        assertEq(manager.unapprovedOf(granted.packed)[0], 7);
        vm.warp(START + PERIOD);
        assertEq(manager.unapprovedOf(granted.packed)[0], 0);
    }

    function test_isNothing_beforeTheGrant() public view {
        Grant memory prepared = _prepare(_approvedSession(), _scopes(_transferScope()));
        assertEq(manager.unapprovedOf(prepared.packed)[0], 0);
    }

    function test_ignoresOrdersThatFailed() public {
        Grant memory granted = _grantApproved();
        _executeBatch(_signed(granted, _order(0, _transferData(11))));
        assertEq(manager.unapprovedOf(granted.packed)[0], 0);
    }

    function _approvedSession() private view returns (ISessionTypes.Session memory session) {
        session = _session(_limit(address(token), LIMIT, PERIOD));
        session.limits[0].approveAbove = 10;
        session.approver = abi.encodePacked(recipient);
    }

    function _grantApproved() private returns (Grant memory) {
        return _grant(_approvedSession(), _transferScope());
    }
}
