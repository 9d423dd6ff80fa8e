// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev Against the tables of docs/encoding.md, written down once more.
contract PackSessionTest is BaseTest {
    function testFuzz_followsTheTable(bytes32 seed) public view {
        ISessionTypes.Session memory session = _random(seed);
        assertEq(manager.packSession(session), _reference(session));
    }

    function testFuzz_differs_whenTheSessionDiffers(bytes32 first, bytes32 second) public view {
        ISessionTypes.Session memory a = _random(first);
        ISessionTypes.Session memory b = _random(second);
        bool equal = keccak256(abi.encode(a)) == keccak256(abi.encode(b));
        assertTrue(equal == (keccak256(manager.packSession(a)) == keccak256(manager.packSession(b))));
    }

    /// @dev One field changed to each of a few values: no two of all these sessions pack to the same bytes.
    function test_differs_whenOneFieldDiffers() public view {
        bytes32[] memory seen = new bytes32[](64);
        uint256 count;
        for (uint256 field; field < 20; ++field) {
            for (uint256 variant = 1; variant < 4; ++variant) {
                ISessionTypes.Session memory session = _session(_limit(address(token), 1, 0));
                _change(session, field, variant);
                bytes32 id = manager.hashSession(session);
                for (uint256 i; i < count; ++i) assertNotEq(seen[i], id);
                seen[count++] = id;
            }
        }
    }

    function test_reverts_whenTheSignerIsShorterThanAnAddress() public {
        ISessionTypes.Session memory session = _session();
        session.signer = new bytes(19);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SignerInvalid.selector, session.signer));
        manager.packSession(session);
    }

    function test_packs_theLongestSigner() public {
        ISessionTypes.Session memory session = _session();
        session.signer = new bytes(20 + 65_535);
        assertEq(manager.packSession(session).length, 93 + 2 + 65_535);
        session.signer = new bytes(20 + 65_536);
        vm.expectPartialRevert(ISessionErrors.SignerInvalid.selector);
        manager.packSession(session);
    }

    function test_reverts_whenTheApproverIsTooLong() public {
        ISessionTypes.Session memory session = _session();
        session.approver = new bytes(65_536);
        vm.expectRevert(ISessionErrors.EncodingInvalid.selector);
        manager.packSession(session);
    }

    function test_reverts_whenThereAreTooManyLimits() public {
        ISessionTypes.Session memory session = _session();
        session.limits = new ISessionTypes.Limit[](16);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.TooManyLimits.selector, 16, 15));
        manager.packSession(session);
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _random(bytes32 seed) private pure returns (ISessionTypes.Session memory session) {
        uint256 bits = uint256(keccak256(abi.encode(seed, "bits")));
        uint256 word = uint256(keccak256(abi.encode(seed, "word")));
        session.account = address(uint160(word));
        session.accountKind = ISessionTypes.AccountKind(word % 3);
        session.validAfter = uint48(word >> 8);
        session.validUntil = uint48(word >> 16);
        session.maxOrders = uint24(word >> 24);
        session.epoch = uint32(word >> 32);
        session.scopesRoot = keccak256(abi.encode(seed, "root"));
        session.signer = new bytes(20 + (bits & 1) * ((bits >> 200) % 100));
        session.signer[19] = bytes1(uint8(word));
        if (bits & 2 != 0) session.minInterval = uint32(word >> 40);
        if (bits & 4 != 0) session.relayer = address(uint160(word >> 48));
        if (bits & 8 != 0) session.sentinel = address(uint160(word >> 56));
        session.sentinelMayRevoke = bits & 16 != 0;
        if (bits & 32 != 0) session.leaseTtl = uint32(word >> 64);
        if (bits & 64 != 0) session.approver = new bytes((bits >> 100) % 70);
        session.revokeOnMisuse = bits & 128 != 0;
        if (bits & 256 != 0) session.salt = bytes32(word);
        session.limits = new ISessionTypes.Limit[]((bits >> 9) % 16);
        for (uint256 i; i < session.limits.length; ++i) {
            uint256 part = uint256(keccak256(abi.encode(seed, i)));
            session.limits[i].token = part & 1 == 0 ? NATIVE_TOKEN : address(uint160(part));
            session.limits[i].amount = uint104(part >> 8);
            if (part & 2 != 0) session.limits[i].period = uint32(part >> 16);
            if (part & 4 != 0) session.limits[i].approveAbove = uint104(part >> 24);
            session.limits[i].kind = ISessionTypes.LimitKind((part >> 32) % 3);
        }
    }

    function _change(ISessionTypes.Session memory session, uint256 field, uint256 variant) private view {
        address addr = address(uint160(variant));
        if (field == 0) session.account = addr;
        if (field == 1) session.signer = abi.encodePacked(key, new bytes(variant));
        if (field == 2) session.validAfter += uint48(variant);
        if (field == 3) session.validUntil += uint48(variant);
        if (field == 4) session.maxOrders += uint24(variant);
        if (field == 5) session.minInterval = uint32(variant);
        if (field == 6) session.epoch = uint32(variant);
        if (field == 7) session.relayer = addr;
        if (field == 8) session.sentinel = addr;
        if (field == 9) session.leaseTtl = uint32(variant);
        if (field == 10) session.approver = new bytes(variant);
        if (field == 11) session.scopesRoot = bytes32(variant);
        if (field == 12) session.salt = bytes32(variant);
        if (field == 13) session.limits[0].token = addr;
        if (field == 14) session.limits[0].amount += uint104(variant);
        if (field == 15) session.limits[0].period = uint32(variant);
        if (field == 16) session.limits[0].approveAbove = uint104(variant);
        if (field == 17) session.limits = new ISessionTypes.Limit[](variant + 1);
        if (field == 18) session.signer = abi.encodePacked(addr);
        if (field == 19) {
            if (variant == 1) session.sentinelMayRevoke = true;
            if (variant == 2) session.revokeOnMisuse = true;
            if (variant == 3) session.accountKind = ISessionTypes.AccountKind.Safe;
        }
    }

    function _reference(ISessionTypes.Session memory session) private pure returns (bytes memory packed) {
        packed = abi.encodePacked(
            uint16(_flags(session)),
            session.account,
            session.validAfter,
            session.epoch,
            session.validUntil,
            session.maxOrders,
            bytes20(session.signer),
            session.scopesRoot
        );
        for (uint256 i; i < session.limits.length; ++i) {
            packed = bytes.concat(packed, _reference(session.limits[i]));
        }
        if (session.signer.length > 20) {
            bytes memory rest = new bytes(session.signer.length - 20);
            for (uint256 i; i < rest.length; ++i) rest[i] = session.signer[20 + i];
            packed = abi.encodePacked(packed, uint16(rest.length), rest);
        }
        if (session.minInterval != 0) packed = abi.encodePacked(packed, session.minInterval);
        if (session.relayer != address(0)) packed = abi.encodePacked(packed, session.relayer);
        if (session.sentinel != address(0)) packed = abi.encodePacked(packed, session.sentinel);
        if (session.leaseTtl != 0) packed = abi.encodePacked(packed, session.leaseTtl);
        if (session.approver.length != 0) {
            packed = abi.encodePacked(packed, uint16(session.approver.length), session.approver);
        }
        if (session.salt != 0) packed = abi.encodePacked(packed, session.salt);
    }

    function _flags(ISessionTypes.Session memory session) private pure returns (uint256 flags) {
        if (session.signer.length > 20) flags |= 1;
        if (session.minInterval != 0) flags |= 2;
        if (session.relayer != address(0)) flags |= 4;
        if (session.sentinel != address(0)) flags |= 8;
        if (session.sentinelMayRevoke) flags |= 16;
        if (session.leaseTtl != 0) flags |= 32;
        if (session.approver.length != 0) flags |= 64;
        if (session.revokeOnMisuse) flags |= 128;
        if (session.salt != 0) flags |= 256;
        flags |= uint256(session.accountKind) * 512 + session.limits.length * 4096;
    }

    function _reference(ISessionTypes.Limit memory limit) private pure returns (bytes memory packed) {
        uint256 flags = uint256(limit.kind);
        if (limit.token == NATIVE_TOKEN) flags |= 4;
        if (limit.period != 0) flags |= 8;
        if (limit.approveAbove != 0) flags |= 16;
        packed = abi.encodePacked(uint8(flags));
        if (limit.token != NATIVE_TOKEN) packed = abi.encodePacked(packed, limit.token);
        packed = abi.encodePacked(packed, limit.amount);
        if (limit.period != 0) packed = abi.encodePacked(packed, limit.period);
        if (limit.approveAbove != 0) packed = abi.encodePacked(packed, limit.approveAbove);
    }
}
