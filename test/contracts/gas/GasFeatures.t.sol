// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev Gas of J1 under what a session may ask beside, and of seldom acts, each on the third use of a session.
/// hardhat-config: isolate = true
contract GasFeaturesTest is BaseTest {
    uint256 private constant SENTINEL_KEY = 0x5E47;
    uint256 private constant APPROVER_KEY = 0xA99E;
    string private constant GROUP = "Features";

    function setUp() public override {
        super.setUp();
        token.mint(recipient, 1);
    }

    function test_oneOfFiftyScopes() public {
        ISessionTypes.Scope[] memory scopes = new ISessionTypes.Scope[](50);
        scopes[0] = _transferScope();
        for (uint160 i = 1; i < 50; ++i) scopes[i] = _scope(address(0x1000 + i), 0xaabbccdd);
        Grant memory granted = _grant(_session(_limit(address(token), LIMIT, PERIOD)), scopes);
        uint256 position = _position(granted, address(token), token.transfer.selector);
        for (uint24 nonce; nonce < 3; ++nonce) {
            _execute(granted, _order(nonce, CallSpec(position, 0, _transferData(1 ether))));
        }
        _snapshot("J1 of 50 scopes", 3 ether);
    }

    function test_fiveLimits() public {
        ISessionTypes.Session memory session = _session();
        session.limits = new ISessionTypes.Limit[](5);
        for (uint32 i; i < 5; ++i) session.limits[i] = _limit(address(token), LIMIT, PERIOD * (i + 1));
        _useThrice(_grant(session, _scopes(_transferScope())), "", "");
        _snapshot("J1 under five limits", 3 ether);
    }

    function test_tenCallsUnderOneSignature() public {
        Grant memory granted = _grantTransfers();
        for (uint24 nonce; nonce < 3; ++nonce) {
            OrderSpec memory order = _order(nonce);
            order.calls = new CallSpec[](10);
            for (uint256 i; i < 10; ++i) order.calls[i] = CallSpec(0, 0, _transferData(1 ether));
            _execute(granted, order);
        }
        _snapshot("ten transfers in one order", 30 ether);
    }

    function test_lease() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        (session.sentinel, session.leaseTtl) = (vm.addr(SENTINEL_KEY), 1 days);
        Grant memory granted = _grant(session, _scopes(_transferScope()));
        bytes memory signature = _sign(SENTINEL_KEY, manager.hashLease(granted.id, START));
        _useThrice(granted, abi.encodePacked(START, signature), "");
        _snapshot("J1 with a lease", 3 ether);
    }

    function test_approval() public {
        Grant memory granted = _grantApproved(0.5 ether);
        for (uint24 nonce; nonce < 3; ++nonce) {
            OrderSpec memory spec = _order(nonce, _transferData(1 ether));
            bytes memory approval = _sign(APPROVER_KEY, manager.hashApproval(_hash(granted, spec)));
            _execute(_with(_signed(granted, spec), "", approval));
        }
        _snapshot("J1 with an approval", 3 ether);
    }

    function test_belowApproval() public {
        _useThrice(_grantApproved(100 ether), "", "");
        _snapshot("J1 below the approver's amount", 3 ether);
    }

    function test_netLimit() public {
        ISessionTypes.Session memory session = _session();
        ISessionTypes.Limit memory net = _limit(address(token), LIMIT, PERIOD);
        net.kind = ISessionTypes.LimitKind.Net;
        session.limits = _limits(_limit(address(token), LIMIT, PERIOD), net);
        _useThrice(_grant(session, _scopes(_transferScope())), "", "");
        _snapshot("J1 under a gross and a net limit", 3 ether);
    }

    function test_namedAndUnused() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        (session.sentinel, session.sentinelMayRevoke) = (vm.addr(SENTINEL_KEY), true);
        (session.revokeOnMisuse, session.salt) = (true, keccak256("salt"));
        _useThrice(_grant(session, _scopes(_transferScope())), "", "");
        _snapshot("J1 naming what it does not use", 3 ether);
    }

    function test_suspend() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.sentinel = vm.addr(SENTINEL_KEY);
        Grant memory granted = _grant(session, _scopes(_transferScope()));
        vm.prank(session.sentinel);
        manager.suspend(granted.packed);
        vm.snapshotGasLastCall(GROUP, "suspend");
        _assertStatus(granted, ISessionTypes.SessionStatus.Suspended);
    }

    function test_pause() public {
        Grant memory granted = _grantTransfers();
        vm.prank(account);
        manager.pause(account);
        vm.snapshotGasLastCall(GROUP, "pause");
        _assertStatus(granted, ISessionTypes.SessionStatus.Paused);
    }

    function _grantApproved(uint104 approveAbove) private returns (Grant memory) {
        ISessionTypes.Limit memory limit = _limit(address(token), LIMIT, PERIOD);
        limit.approveAbove = approveAbove;
        ISessionTypes.Session memory session = _session(limit);
        session.approver = abi.encodePacked(vm.addr(APPROVER_KEY));
        return _grant(session, _scopes(_transferScope()));
    }

    function _useThrice(Grant memory granted, bytes memory lease, bytes memory approval) private {
        for (uint24 nonce; nonce < 3; ++nonce) {
            bytes memory order = _signed(granted, _order(nonce, _transferData(1 ether)));
            _execute(_with(order, lease, approval));
        }
    }

    /// @dev The order with lease and approval in the place of the two empty ones at its end.
    function _with(bytes memory order, bytes memory lease, bytes memory approval) private pure returns (bytes memory) {
        bytes memory head = new bytes(order.length - 4);
        for (uint256 i; i < head.length; ++i) head[i] = order[i];
        return abi.encodePacked(head, uint16(lease.length), lease, uint16(approval.length), approval);
    }

    function _snapshot(string memory name, uint256 received) private {
        vm.snapshotGasLastCall(GROUP, name);
        assertEq(token.balanceOf(recipient), received + 1);
    }
}
