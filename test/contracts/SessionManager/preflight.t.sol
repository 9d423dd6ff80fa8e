// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract PreflightTest is BaseTest {
    function test_returnsTheOrderHash() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, _transferData(1));
        assertEq(manager.preflight(_signed(granted, order), relayer), _hash(granted, order));
    }

    function test_usesNothing() public {
        Grant memory granted = _grantTransfers();
        manager.preflight(_signed(granted, _order(0, _transferData(1))), relayer);
        assertFalse(_isNonceUsed(granted, 0));
    }

    function test_passes_whatOnlyTheCallsWouldBreak() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, _transferData(LIMIT + 1));
        assertEq(manager.preflight(_signed(granted, order), relayer), _hash(granted, order));
    }

    function test_passesAnUnsignedOrder_whenTheKeyWouldSubmit() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory order = _order(0, _transferData(1));
        assertEq(manager.preflight(_unsigned(granted, order), key), _hash(granted, order));
    }

    function test_reverts_whenAnotherThanTheNamedRelayerWouldSubmit() public {
        ISessionTypes.Session memory session = _session();
        session.relayer = relayer;
        Grant memory granted = _grant(session, _scope(address(token), token.increment.selector));
        bytes memory order = _signed(granted, _order(0, abi.encodeCall(token.increment, ())));
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SubmitterNotAllowed.selector, key, relayer));
        manager.preflight(order, key);
    }

    function test_reverts_asExecuteWould_whenTheNonceIsUsed() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(granted, _order(0, _transferData(1)));
        _execute(order);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.NonceUsed.selector, 0));
        manager.preflight(order, relayer);
    }

    function test_reverts_asExecuteWould_whenRevoked() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(granted, _order(0, _transferData(1)));
        _revoke(granted);
        vm.expectPartialRevert(ISessionErrors.SessionNotActive.selector);
        manager.preflight(order, relayer);
    }
}
