// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev A signed order is one string of bytes: any other has no effect.
contract EncodingFuzzTest is BaseTest {
    Grant internal granted;
    bytes internal order;

    function setUp() public override {
        super.setUp();
        ISessionTypes.Session memory session = _session();
        session.limits = _limits(_limit(address(token), LIMIT, PERIOD), _limit(address(token), LIMIT, 0));
        session.minInterval = 1;
        session.relayer = relayer;
        session.salt = keccak256("salt");
        ISessionTypes.Scope memory scope = _transferScope();
        scope.rules = _rules(_rule(ISessionTypes.RuleOp.OneOf, 0, bytes32(uint256(uint160(recipient)))));
        Grant memory granted_ = _grant(session, _scopes(scope, _scope(address(token), token.transferFrom.selector)));
        uint256 position = _position(granted_, address(token), token.transfer.selector);
        order = _signed(granted_, _order(3, CallSpec(position, 0, _transferData(5))));
        granted.packed = granted_.packed;
        granted.id = granted_.id;
    }

    /// @dev Every byte of the order, and so of its session, scope, proof and signature, flipped in each bit's turn.
    function test_changesNothing_whenAnyByteIsFlipped() public {
        for (uint256 i; i < order.length; ++i) {
            bytes memory flipped = order;
            flipped[i] ^= bytes1(uint8(1 << (i % 8)));
            assertTrue(_executeBatch(flipped) != 0, "executed");
        }
        assertEq(token.balanceOf(recipient), 0);
        assertFalse(_isNonceUsed(granted, 3));
        assertEq(_executeBatch(order), bytes4(0));
    }

    function testFuzz_changesNothing_whenBytesAreOverwritten(uint256 start, uint256 size, bytes32 noise) public {
        bytes memory changed = order;
        start = _bound(start, 0, changed.length - 1);
        size = _bound(size, 1, 32);
        for (uint256 i; i < size && start + i < changed.length; ++i) changed[start + i] = noise[i];
        bool same = keccak256(changed) == keccak256(order);
        assertTrue((_executeBatch(changed) == 0) == same);
    }

    function testFuzz_changesNothing_whenBytesAreInserted(uint256 start, bytes calldata noise) public {
        vm.assume(noise.length != 0);
        start = _bound(start, 0, order.length);
        bytes memory changed = new bytes(order.length + noise.length);
        for (uint256 i; i < changed.length; ++i) {
            changed[i] =
                i < start
                    ? order[i]
                    : i < start + noise.length
                        ? noise[i - start]
                        : order[i - noise.length];
        }
        assertTrue(_executeBatch(changed) != 0);
        assertFalse(_isNonceUsed(granted, 3));
    }

    function testFuzz_neverRevertsABatch(bytes calldata noise) public {
        assertTrue(_executeBatch(noise) != 0);
    }

    function testFuzz_neverRevertsABatch_afterAValidHeader(bytes calldata noise) public {
        bytes memory head = new bytes(15);
        for (uint256 i; i < 15; ++i) head[i] = order[i];
        assertTrue(_executeBatch(bytes.concat(head, granted.packed, noise)) != 0);
    }

    function testFuzz_knowsNoSession_inOtherBytes(uint256 start, bytes1 noise) public view {
        bytes memory changed = granted.packed;
        start = _bound(start, 0, changed.length - 1);
        changed[start] ^= noise == 0 ? bytes1(0x01) : noise;
        try manager.stateOf(changed) returns (ISessionTypes.SessionState memory state) {
            assertEq(uint8(state.status), uint8(ISessionTypes.SessionStatus.None));
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), ISessionErrors.EncodingInvalid.selector);
        }
    }
}
