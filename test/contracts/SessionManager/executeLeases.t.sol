// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileVerifier} from "../../../contracts/test/HostileVerifier.sol";
import {ControlTest} from "../ControlTest.sol";

contract ExecuteLeasesTest is ControlTest {
    uint32 private constant TTL = 60;

    function test_runs_inTheSecondTheLeaseIsIssued() public {
        Grant memory granted = _grantLeased();
        _execute(_leased(granted, START));
        assertEq(token.count(), 1);
    }

    function test_runs_inTheLeasesLastSecond() public {
        Grant memory granted = _grantLeased();
        vm.warp(START + TTL - 1);
        _execute(_leased(granted, START));
        assertEq(token.count(), 1);
    }

    function test_reverts_onceTheLeaseHasLapsed() public {
        Grant memory granted = _grantLeased();
        vm.warp(START + TTL);
        _refuse(
            _leased(granted, START),
            abi.encodeWithSelector(ISessionErrors.LeaseNotCurrent.selector, START, TTL, START + TTL)
        );
    }

    function test_reverts_beforeTheLeaseIsIssued() public {
        Grant memory granted = _grantLeased();
        _refuse(
            _leased(granted, START + 1),
            abi.encodeWithSelector(ISessionErrors.LeaseNotCurrent.selector, START + 1, TTL, START)
        );
    }

    function test_reverts_withoutALease() public {
        Grant memory granted = _grantLeased();
        _refuse(granted, _incrementOrder(0), abi.encodeWithSelector(ISessionErrors.LeaseMissing.selector, TTL));
    }

    function test_reverts_withoutALease_whenTheKeySubmits() public {
        bytes memory order = _unsigned(_grantLeased(), _incrementOrder(0));
        vm.prank(key);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.LeaseMissing.selector, TTL));
        manager.execute(order);
    }

    function test_reverts_whenALeaseIsTooShortForItsDate() public {
        Grant memory granted = _grantLeased();
        _refuse(
            _withLease(granted, hex"0102030405"),
            abi.encodeWithSelector(ISessionErrors.LeaseMissing.selector, TTL)
        );
    }

    function test_reverts_whenALeaseHasNoSignature() public {
        Grant memory granted = _grantLeased();
        _refuse(_withLease(granted, abi.encodePacked(START)), _leaseInvalid(granted, sentinel));
    }

    function test_reverts_whenAnotherSignedTheLease() public {
        Grant memory granted = _grantLeased();
        uint256[4] memory others = [KEY, OWNER_KEY, GUARDIAN_KEY, STRANGER_KEY];
        for (uint256 i; i < others.length; ++i) {
            _refuse(_withLease(granted, _lease(granted, START, others[i])), _leaseInvalid(granted, sentinel));
        }
    }

    function test_reverts_whenTheLeaseWasSignedForAnotherTime() public {
        Grant memory granted = _grantLeased();
        vm.warp(START + TTL);
        bytes memory signature = _sign(SENTINEL_KEY, manager.hashLease(granted.id, START));
        _refuse(_withLease(granted, abi.encodePacked(START + 1, signature)), _leaseInvalid(granted, sentinel));
    }

    function test_reverts_whenTheLeaseIsOfAnotherSession() public {
        Grant memory granted = _grantLeased();
        ISessionTypes.Session memory session = _session();
        (session.sentinel, session.leaseTtl, session.salt) = (sentinel, TTL, bytes32(uint256(1)));
        Grant memory other = _grant(session, _scope(address(token), token.increment.selector));
        _refuse(_withLease(granted, _lease(other, START, SENTINEL_KEY)), _leaseInvalid(granted, sentinel));
    }

    function test_reverts_whenTheLeaseIsOfAnotherChain() public {
        Grant memory granted = _grantLeased();
        bytes memory lease = _lease(granted, START, SENTINEL_KEY);
        vm.chainId(block.chainid + 1);
        _refuse(_withLease(granted, lease), _leaseInvalid(granted, sentinel));
    }

    /// @dev One lease is good for every order of the session while it lasts.
    function test_runsManyOrders_underOneLease() public {
        Grant memory granted = _grantLeased();
        bytes memory lease = _lease(granted, START, SENTINEL_KEY);
        for (uint24 i; i < 3; ++i) {
            OrderSpec memory spec = _incrementOrder(i);
            _execute(_pack(granted, spec, _sign(KEY, _hash(granted, spec)), lease, ""));
        }
        assertEq(token.count(), 3);
    }

    function test_reverts_whenTheSessionNeedsNoLease_butOneIsGiven() public {
        Grant memory granted = _grantIncrement();
        _refuse(
            _withLease(granted, _lease(granted, START, SENTINEL_KEY)),
            abi.encodeWithSelector(ISessionErrors.EncodingInvalid.selector)
        );
    }

    /// @dev A session with an approver has room for approvals, not for leases.
    function test_reverts_whenOnlyApprovalsAreTaken_butALeaseIsGiven() public {
        ISessionTypes.Session memory session = _session();
        session.approver = abi.encodePacked(guardian);
        Grant memory granted = _grant(session, _scope(address(token), token.increment.selector));
        _refuse(
            _withLease(granted, _lease(granted, START, SENTINEL_KEY)),
            abi.encodeWithSelector(ISessionErrors.EncodingInvalid.selector)
        );
    }

    function test_runs_whenAContractSentinelSigned() public {
        address contractSentinel = factory.createAccount(vm.addr(STRANGER_KEY), 0);
        Grant memory granted = _grantLeasedBy(contractSentinel);
        bytes32 digest = _personalDigest(
            contractSentinel,
            "Latchkey SessionAccount",
            manager.hashLease(granted.id, START)
        );
        _execute(_withLease(granted, abi.encodePacked(START, _sign(STRANGER_KEY, digest))));
        assertEq(token.count(), 1);
    }

    function test_reverts_whateverAContractSentinelAnswersInstead() public {
        HostileVerifier verifier = HostileVerifier(_deploy("HostileVerifier.sol:HostileVerifier"));
        Grant memory granted = _grantLeasedBy(address(verifier));
        bytes memory order = _withLease(granted, abi.encodePacked(START, "signature"));
        bytes[4] memory answers = [
            bytes(""),
            abi.encodePacked(bytes4(0x1626ba7e)),
            abi.encode(bytes4(0xffffffff)),
            abi.encode(uint256(1))
        ];
        for (uint256 i; i < answers.length; ++i) {
            verifier.set(HostileVerifier.Behaviour.Answer, answers[i]);
            _refuse(order, _leaseInvalid(granted, address(verifier)));
        }
        verifier.set(HostileVerifier.Behaviour.Revert, abi.encode(bytes4(0x1626ba7e)));
        _refuse(order, _leaseInvalid(granted, address(verifier)));
        verifier.set(HostileVerifier.Behaviour.Answer, abi.encode(bytes4(0x1626ba7e)));
        _execute(order);
    }

    function test_usesNothing_whenALeaseIsRefusedInABatch() public {
        Grant memory granted = _grantLeased();
        assertEq(_executeBatch(_signed(granted, _incrementOrder(0))), ISessionErrors.LeaseMissing.selector);
        assertFalse(_isNonceUsed(granted, 0));
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _grantLeased() private returns (Grant memory) {
        return _grantLeasedBy(sentinel);
    }

    function _grantLeasedBy(address sentinel_) private returns (Grant memory) {
        ISessionTypes.Session memory session = _session();
        (session.sentinel, session.leaseTtl) = (sentinel_, TTL);
        return _grant(session, _scope(address(token), token.increment.selector));
    }

    function _lease(Grant memory granted, uint48 issuedAt, uint256 privateKey) private view returns (bytes memory) {
        return abi.encodePacked(issuedAt, _sign(privateKey, manager.hashLease(granted.id, issuedAt)));
    }

    function _leased(Grant memory granted, uint48 issuedAt) private view returns (bytes memory) {
        return _withLease(granted, _lease(granted, issuedAt, SENTINEL_KEY));
    }

    function _withLease(Grant memory granted, bytes memory lease) private view returns (bytes memory) {
        OrderSpec memory spec = _incrementOrder(0);
        return _pack(granted, spec, _sign(KEY, _hash(granted, spec)), lease, "");
    }

    function _leaseInvalid(Grant memory granted, address sentinel_) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ISessionErrors.LeaseInvalid.selector, granted.id, sentinel_);
    }
}
