// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract HashSessionTest is BaseTest {
    function test_isTheHashOfThePackedSession() public view {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        assertEq(manager.hashSession(session), keccak256(manager.packSession(session)));
    }

    function test_isWhatGrantReturns() public {
        Grant memory granted = _prepare(_session(), _scopes(_scope(recipient, 0x11223344)));
        vm.prank(account);
        assertEq(manager.grant(granted.session, granted.scopes), manager.hashSession(granted.session));
    }
}
