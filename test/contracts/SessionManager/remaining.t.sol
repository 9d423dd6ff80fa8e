// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract RemainingTest is BaseTest {
    function test_isTheLimit_whenNothingIsSpent() public {
        assertEq(_remaining(_grantTransfers()), LIMIT);
    }

    function test_isEmpty_withoutLimits() public {
        assertEq(manager.remaining(_grantIncrement().packed).length, 0);
    }

    function test_isWhatIsLeft_ofEachLimit() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), 100, PERIOD), _limit(address(token), 150, 0));
        Grant memory granted = _grant(session, _transferScope());
        _execute(granted, _order(0, _transferData(90)));
        assertEq(manager.remaining(granted.packed)[0], 10);
        assertEq(manager.remaining(granted.packed)[1], 60);
        vm.warp(START + PERIOD);
        assertEq(manager.remaining(granted.packed)[0], 100);
        assertEq(manager.remaining(granted.packed)[1], 60);
    }

    function test_isNothing_beforeTheGrant() public view {
        Grant memory prepared = _prepare(_session(_limit(address(token), LIMIT, 0)), _scopes(_transferScope()));
        assertEq(_remaining(prepared), 0);
    }

    function test_isNothing_whenRevoked() public {
        Grant memory granted = _grantTransfers();
        _revoke(granted);
        assertEq(_remaining(granted), 0);
    }

    function test_isNothing_whenExpired() public {
        Grant memory granted = _grantTransfers();
        vm.warp(START + VALID_FOR);
        assertEq(_remaining(granted), 0);
    }

    function test_isNothing_whenPaused() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        manager.pause(account);
        assertEq(_remaining(granted), 0);
    }

    function test_isNothing_whenSuperseded() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        manager.revokeAll();
        assertEq(_remaining(granted), 0);
    }

    function test_isNothing_beforeValidAfter() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, 0));
        session.validAfter = START + 1;
        assertEq(_remaining(_grant(session, _transferScope())), 0);
    }

    function test_isNothing_whenEveryNonceIsUsed() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, 0));
        session.maxOrders = 1;
        Grant memory granted = _grant(session, _transferScope());
        _execute(granted, _order(0));
        assertEq(_remaining(granted), 0);
    }
}
