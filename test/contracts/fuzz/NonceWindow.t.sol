// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {SessionWord, SessionWordLib, StoredStatus} from "../../../contracts/libraries/SessionWord.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 13: the state word and its window, against a map of used nonces.
contract NonceWindowFuzzTest is BaseTest {
    mapping(uint24 nonce => bool) private _used;
    uint256 private _head;

    function testFuzz_agreesWithAMap(uint256 seed) public {
        SessionWord word = SessionWordLib.create();
        for (uint256 i; i < 200; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            uint24 nonce = _near(random);
            SessionWord next;
            (bool ok, bytes memory answer) = address(this).staticcall(
                abi.encodeCall(this.useNonce, (word, nonce, random >> 200))
            );
            bool tooOld = _head >= 64 && nonce < _head - 64;
            if (tooOld || _used[nonce]) {
                assertFalse(ok);
                bytes4 expected = tooOld ? ISessionErrors.NonceTooOld.selector : ISessionErrors.NonceUsed.selector;
                assertEq(bytes4(answer), expected);
                continue;
            }
            assertTrue(ok);
            next = abi.decode(answer, (SessionWord));
            _used[nonce] = true;
            if (nonce >= _head) _head = uint256(nonce) + 1;
            assertEq(next.nonceHead(), _head);
            assertEq(next.lastUse(), uint32(random >> 200));
            _agree(next);
            word = next;
        }
    }

    function testFuzz_keepsStatusAndSpend(uint256 raw, uint24 nonce, uint32 elapsed) public view {
        SessionWord word = SessionWord.wrap((raw & ~(uint256(0xF) << 252)) | (uint256(StoredStatus.Active) << 252));
        try this.useNonce(word, nonce, elapsed) returns (SessionWord next) {
            assertEq(uint8(next.status()), uint8(StoredStatus.Active));
            assertEq(SessionWord.unwrap(next) & ((1 << 132) - 1), raw & ((1 << 132) - 1));
            assertEq(next.lastUse(), elapsed);
        } catch {
            assertTrue(nonce < word.nonceHead());
        }
    }

    function testFuzz_spendIsOfItsPeriodOnly(uint256 raw, uint256 period, uint104 spent, uint256 other) public pure {
        period = _bound(period, 0, (1 << 28) - 1);
        other = _bound(other, 0, (1 << 28) - 1);
        SessionWord word = SessionWord.wrap(raw & ~(uint256(0xC) << 252)).withSpent(period, spent);
        assertEq(word.spentIn(period), spent);
        if (other != period) assertEq(word.spentIn(other), 0);
        assertEq(SessionWord.unwrap(word) >> 132, (raw & ~(uint256(0xC) << 252)) >> 132);
    }

    function testFuzz_statusChangesNothingElse(uint256 raw, uint8 status) public pure {
        raw &= ~(uint256(0xC) << 252);
        StoredStatus to = StoredStatus(status % 4);
        SessionWord word = SessionWord.wrap(raw).withStatus(to);
        assertEq(uint8(word.status()), uint8(to));
        assertEq(SessionWord.unwrap(word) << 4, raw << 4);
    }

    function testFuzz_exhaustedMeansThatNoNonceIsLeft(uint256 seed, uint8 maxOrders) public view {
        maxOrders = uint8(_bound(maxOrders, 1, 80));
        SessionWord word = SessionWordLib.create();
        for (uint256 i; i < 300; ++i) {
            uint24 nonce = uint24(uint256(keccak256(abi.encode(seed, i))) % maxOrders);
            try this.useNonce(word, nonce, 0) returns (SessionWord next) {
                word = next;
            } catch {}
        }
        bool open;
        for (uint24 nonce; nonce < maxOrders; ++nonce) {
            try this.useNonce(word, nonce, 0) {
                open = true;
            } catch {}
        }
        assertTrue(word.isExhausted(maxOrders) != open);
    }

    function test_takesTheHighestNonce() public view {
        SessionWord word = this.useNonce(SessionWordLib.create(), type(uint24).max - 1, 0);
        assertEq(word.nonceHead(), type(uint24).max);
        word = this.useNonce(word, type(uint24).max - 64, 0);
        assertEq(word.nonceWindow(), (uint64(1) << 63) | 1);
    }

    function useNonce(SessionWord word, uint24 nonce, uint256 elapsed) external pure returns (SessionWord) {
        return word.useNonce(nonce, uint32(elapsed));
    }

    /// @dev Mostly around the head, sometimes far above it.
    function _near(uint256 random) private view returns (uint24) {
        uint256 kind = random % 8;
        if (kind == 0) return uint24(_head + ((random >> 8) % 200));
        uint256 back = (random >> 8) % 80;
        uint256 base = _head + ((random >> 16) % 3);
        return uint24(base > back ? base - back : 0);
    }

    function _agree(SessionWord word) private view {
        for (uint256 age; age < 64 && age < _head; ++age) {
            assertTrue(((word.nonceWindow() >> age) & 1 == 1) == _used[uint24(_head - 1 - age)]);
        }
    }
}
