// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {TypedWords} from "../../../contracts/libraries/TypedWords.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev Words that their types cannot hold, which the ABI decoder refuses with an empty reason.
contract TypedWordsTest is BaseTest {
    bytes private _input;
    uint256 private _sessionAt;
    uint256 private _limitAt;
    uint256 private _scopeAt;
    uint256 private _ruleAt;
    bytes32 private _sessionId;

    function setUp() public override {
        super.setUp();
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.sentinel = _address("sentinel");
        session.leaseTtl = 60;
        session.limits = _limits(session.limits[0], _limit(_address("other"), LIMIT, 0));
        ISessionTypes.Scope memory scope = _transferScope();
        scope.rules = _rules(_rule(ISessionTypes.RuleOp.AtMost, 32, bytes32(uint256(LIMIT))));
        Grant memory granted = _prepare(session, _scopes(scope));
        _sessionId = manager.hashSession(granted.session);
        _input = abi.encodeCall(manager.grant, (granted.session, granted.scopes));
        // Places are relative: arguments to the selector's end, members to their struct, elements to their array's first.
        _sessionAt = 4 + _word(_input, 4);
        _limitAt = _sessionAt + _word(_input, _sessionAt + 0x200) + 32;
        uint256 scopes = 4 + _word(_input, 36) + 32;
        _scopeAt = scopes + _word(_input, scopes);
        uint256 rules = _scopeAt + _word(_input, _scopeAt + 0xc0) + 32;
        _ruleAt = rules + _word(_input, rules);
    }

    function test_grants_asItIs() public {
        (bool ok, ) = _callAsAccount(_input);
        assertTrue(ok);
    }

    function test_refusesWideWordsOfASession() public {
        _refuseBit(_sessionAt + TypedWords.ACCOUNT, 160);
        _refuseBit(_sessionAt + TypedWords.RELAYER, 160);
        _refuseBit(_sessionAt + TypedWords.SENTINEL, 160);
        _refuseBit(_sessionAt + TypedWords.VALID_AFTER, 48);
        _refuseBit(_sessionAt + TypedWords.VALID_UNTIL, 48);
        _refuseBit(_sessionAt + TypedWords.MAX_ORDERS, 24);
        _refuseBit(_sessionAt + TypedWords.MIN_INTERVAL, 32);
        _refuseBit(_sessionAt + TypedWords.EPOCH, 32);
        _refuseBit(_sessionAt + TypedWords.LEASE_TTL, 32);
        _refuseBit(_sessionAt + TypedWords.SENTINEL_MAY_REVOKE, 1);
        _refuseBit(_sessionAt + TypedWords.REVOKE_ON_MISUSE, 1);
        _refuse(_sessionAt + TypedWords.ACCOUNT_KIND, 3);
    }

    function test_refusesWideWordsOfEveryLimit() public {
        for (uint256 limit = _limitAt; limit <= _limitAt + TypedWords.LIMIT_SIZE; limit += TypedWords.LIMIT_SIZE) {
            _refuseBit(limit + TypedWords.LIMIT_TOKEN, 160);
            _refuseBit(limit + TypedWords.LIMIT_AMOUNT, 104);
            _refuseBit(limit + TypedWords.LIMIT_PERIOD, 32);
            _refuseBit(limit + TypedWords.LIMIT_APPROVE_ABOVE, 104);
            _refuse(limit + TypedWords.LIMIT_KIND, 3);
        }
    }

    function test_refusesWideWordsOfAScope() public {
        _refuseBit(_scopeAt + TypedWords.TARGET, 160);
        _refuseBit(_scopeAt + TypedWords.SELECTOR, 223);
        _refuseBit(_scopeAt + TypedWords.SCOPE_MAX_VALUE, 128);
        _refuseBit(_scopeAt + TypedWords.SPEND_TOKEN, 160);
        _refuse(_scopeAt + TypedWords.SPEND_METHOD, 3);
        _refuseBit(_scopeAt + TypedWords.POLICY, 160);
    }

    function test_refusesWideWordsOfARule() public {
        _refuse(_ruleAt + TypedWords.RULE_OP, 6);
        _refuseBit(_ruleAt + TypedWords.RULE_OFFSET, 16);
    }

    /// @dev Solidity reads bytes whose offset is negative as empty ones where they lie in calldata, and refuses them where
    /// it decodes into memory. What is granted is what the session's id and event say all the same.
    function test_grantsTheSame_whenTheEmptyApproverLiesNowhere() public {
        bytes memory input = _input;
        uint256 place = _sessionAt + 0x180;
        _setWord(input, place, _word(input, place) | (1 << 255));
        (bool ok, bytes memory answer) = _callAsAccount(input);
        assertTrue(ok);
        assertEq(answer, abi.encode(_sessionId));
    }

    function test_grantsNothing_whenWhatIsNotEmptyLiesNowhere() public {
        uint256[5] memory places = [_sessionAt + 0x40, _sessionAt + 0x200, 4 + 32, _scopeAt + 0xc0, _ruleAt + 0x40];
        for (uint256 i; i < places.length; ++i) {
            bytes memory input = _input;
            _setWord(input, places[i], _word(input, places[i]) | (1 << 255));
            (bool ok, ) = _callAsAccount(input);
            assertFalse(ok);
        }
    }

    /// @dev Whatever words are changed, nothing is granted that Solidity's own decoder would not take, or that is not the
    /// same as if it had.
    function testFuzz_grantsNothingTheDecoderRefuses(uint256 place, uint256 bit) public {
        bytes memory input = _input;
        place = 4 + 32 * _bound(place, 0, (input.length - 4) / 32 - 1);
        _setWord(input, place, _word(input, place) ^ (1 << (bit % 256)));
        (bool ok, bytes memory answer) = _callAsAccount(input);
        if (!ok) return;
        try this.decode(input) returns (ISessionTypes.Session memory session, ISessionTypes.Scope[] memory) {
            assertEq(answer, abi.encode(manager.hashSession(session)));
        } catch {
            assertEq(answer, abi.encode(_sessionId));
        }
    }

    function decode(
        bytes calldata input
    ) external pure returns (ISessionTypes.Session memory session, ISessionTypes.Scope[] memory scopes) {
        return abi.decode(input[4:], (ISessionTypes.Session, ISessionTypes.Scope[]));
    }

    function _refuseBit(uint256 place, uint256 bit) private {
        _refuse(place, _word(_input, place) | (1 << bit));
        _refuse(place, _word(_input, place) | (bit == 223 ? 1 : 1 << 255));
    }

    function _refuse(uint256 place, uint256 value) private {
        bytes memory input = _input;
        _setWord(input, place, value);
        (bool ok, bytes memory answer) = _callAsAccount(input);
        assertFalse(ok);
        assertEq(answer, "");
    }

    function _callAsAccount(bytes memory input) private returns (bool ok, bytes memory answer) {
        vm.prank(account);
        return address(manager).call(input);
    }

    function _word(bytes memory data, uint256 place) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 32), place))
        }
    }

    function _setWord(bytes memory data, uint256 place, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 32), place), value)
        }
    }
}
