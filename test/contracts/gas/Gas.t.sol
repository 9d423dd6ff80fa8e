// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev Gas of the manager's entry points, each call in a transaction of its own, on the third use of a session.
/// `npm run bench:gas` measures whole transactions; this snapshot shows what a change of code costs.
/// hardhat-config: isolate = true
contract GasTest is BaseTest {
    function setUp() public override {
        super.setUp();
        token.mint(recipient, 1);
        token.increment();
        vm.deal(recipient, 1);
    }

    function test_J1_relayedTransfer() public {
        Grant memory granted = _grantTransfers();
        for (uint24 nonce; nonce < 3; ++nonce) _execute(granted, _order(nonce, _transferData(1 ether)));
        vm.snapshotGasLastCall("SessionManager", "J1");
        assertEq(token.balanceOf(recipient), 3 ether + 1);
    }

    function test_J1Direct_transferByTheKey() public {
        Grant memory granted = _grantTransfers();
        for (uint24 nonce; nonce < 3; ++nonce) {
            bytes memory order = _unsigned(granted, _order(nonce, _transferData(1 ether)));
            vm.prank(key);
            manager.execute(order);
        }
        vm.snapshotGasLastCall("SessionManager", "J1Direct");
        assertEq(token.balanceOf(recipient), 3 ether + 1);
    }

    function test_J2_relayedIncrement() public {
        Grant memory granted = _grantIncrement();
        for (uint24 nonce; nonce < 3; ++nonce) {
            _execute(granted, _order(nonce, abi.encodeCall(token.increment, ())));
        }
        vm.snapshotGasLastCall("SessionManager", "J2");
        assertEq(token.count(), 4);
    }

    function test_J3_relayedNativeTransfer() public {
        Grant memory granted = _grant(_session(_limit(NATIVE_TOKEN, LIMIT, PERIOD)), _nativeScope(recipient, LIMIT));
        for (uint24 nonce; nonce < 3; ++nonce) _execute(granted, _order(nonce, CallSpec(0, 1, "")));
        vm.snapshotGasLastCall("SessionManager", "J3");
        assertEq(recipient.balance, 4);
    }

    function test_J5_tenTransfersInOneBatch() public {
        Grant[] memory all = new Grant[](10);
        for (uint256 i; i < 10; ++i) {
            account = factory.createAccount(owner, bytes32(i + 1));
            token.mint(account, 10 ether);
            all[i] = _grantTransfers();
        }
        for (uint24 nonce; nonce < 3; ++nonce) {
            bytes[] memory orders = new bytes[](10);
            for (uint256 i; i < 10; ++i) orders[i] = _signed(all[i], _order(nonce, _transferData(1 ether)));
            _executeBatch(orders);
        }
        vm.snapshotGasLastCall("SessionManager", "J5 of ten");
        assertEq(token.balanceOf(recipient), 30 ether + 1);
    }

    function test_J1_underTwoLimits() public {
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, PERIOD), _limit(address(token), LIMIT, 0));
        Grant memory granted = _grant(session, _transferScope());
        for (uint24 nonce; nonce < 3; ++nonce) _execute(granted, _order(nonce, _transferData(1 ether)));
        vm.snapshotGasLastCall("SessionManager", "J1 with two limits");
        assertEq(token.balanceOf(recipient), 3 ether + 1);
    }

    function test_grant() public {
        Grant memory granted = _grantTransfers();
        vm.snapshotGasLastCall("SessionManager", "grant");
        _assertStatus(granted, ISessionTypes.SessionStatus.Active);
    }

    function test_revoke() public {
        Grant memory granted = _grantTransfers();
        _revoke(granted);
        vm.snapshotGasLastCall("SessionManager", "revoke");
        _assertStatus(granted, ISessionTypes.SessionStatus.Revoked);
    }

    function test_revokeAll() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        manager.revokeAll();
        vm.snapshotGasLastCall("SessionManager", "revokeAll");
        _assertStatus(granted, ISessionTypes.SessionStatus.Superseded);
    }
}
