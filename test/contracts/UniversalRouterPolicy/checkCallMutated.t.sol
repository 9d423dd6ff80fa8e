// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IUniversalRouterPolicy as Policy} from "../../../contracts/interfaces/IUniversalRouterPolicy.sol";
import {PolicyTest} from "./PolicyTest.sol";
import {RouteOracle} from "./RouteOracle.sol";

/// @title Calls that differ a little from good ones
contract CheckCallMutatedTest is PolicyTest {
    RouteOracle private oracle;
    uint256 private state;

    function setUp() public override {
        super.setUp();
        oracle = new RouteOracle();
    }

    function test_admits_only_what_keeps_to_the_rules(uint256 seed) public {
        state = seed;
        for (uint256 i; i < 16; ++i) {
            uint256 value = _next(2);
            bytes memory data = _encode(_randomPlan());
            // A swap that ends well, then one to three things amiss.
            for (uint256 mutations = _next(4); mutations != 0; --mutations) data = _mutate(data);
            _checkAgainstOracle(value, data);
        }
    }

    function test_admits_good_routes(uint256 seed) public {
        state = seed;
        Plan memory plan = _randomPlan();
        // Whatever was left on the router goes to the account.
        for (uint256 i; i < 3; ++i) plan = _sweep(plan, [USD, WETH, DAI][i]);
        _admit(1, _sweep(plan, address(0)));
    }

    function _checkAgainstOracle(uint256 value, bytes memory data) private view {
        try policy.checkCall(account, 0, address(router), value, data) {
            RouteOracle.Rules memory rules;
            Policy.Config memory config = _config();
            (rules.account, rules.wrapped, rules.tokens, rules.hooks) = (account, WETH, config.tokens, config.hooks);
            try oracle.judge(rules, value, data) returns (string memory fault) {
                assertTrue(bytes(fault).length == 0, fault);
            } catch {
                // Only the data for the hook of a V4 path is no concern of the policy's, yet must decode for the router to
                // swap at all.
                assertTrue(_hasV4Path(data), "decoded by the policy only");
            }
        } catch {
            // Refused, which is always sound; that good routes are admitted is the other test.
            return;
        }
    }

    function _hasV4Path(bytes memory data) private pure returns (bool) {
        bytes32 wanted = keccak256(abi.encodePacked(SWAP_IN, SETTLE_ALL, TAKE));
        for (uint256 i = 4; i + 3 <= data.length; ++i) {
            if (keccak256(abi.encodePacked(data[i], data[i + 1], data[i + 2])) == wanted) return true;
        }
        return false;
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Making
    // ---------------------------------------------------------------------------------------------------------------

    function _randomPlan() private returns (Plan memory plan) {
        for (uint256 left = 1 + _next(3); left != 0; --left) plan = _addCommand(plan);
    }

    function _addCommand(Plan memory plan) private returns (Plan memory) {
        address to = [account, CALLER, ROUTER][_next(3)];
        (address a, address b, address c) = (_token(), _token(), _token());
        uint256 kind = _next(8);
        if (kind == 0) return _then(plan, _next(2) == 0 ? V3_IN : V3_OUT, _v3(to, _path(a, b)));
        if (kind == 1) return _then(plan, _next(2) == 0 ? V3_IN : V3_OUT, _v3(to, _path(a, b, c)));
        if (kind == 2) return _then(plan, _next(2) == 0 ? V2_IN : V2_OUT, _v2(to, a, b));
        if (kind == 3) return _then(plan, SWEEP, abi.encode(a, account, 0));
        if (kind == 4) return _then(plan, WRAP_ETH, abi.encode(to, _next(2) == 0 ? WHOLE_BALANCE : 1));
        if (kind == 5) return _then(plan, UNWRAP_WETH, abi.encode(to, 0));
        bytes memory swap = kind == 6 ? _single(_pool(a, address(0), HOOK)) : _multi(a, b, address(0), HOOK);
        bytes memory actions = abi.encodePacked(kind == 6 ? SWAP_IN_SINGLE : SWAP_IN, SETTLE_ALL, TAKE);
        bytes[] memory inputs = _list(swap, abi.encode(a, 100), abi.encode(c, to, 0));
        return _then(plan, V4_SWAP, abi.encode(actions, inputs));
    }

    function _token() private returns (address) {
        return [USD, WETH, DAI][_next(3)];
    }

    /// @dev A number below `bound`.
    function _next(uint256 bound) private returns (uint256) {
        state = uint256(keccak256(abi.encode(state)));
        return state % bound;
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Breaking
    // ---------------------------------------------------------------------------------------------------------------

    function _mutate(bytes memory data) private returns (bytes memory) {
        uint256 kind = _next(8);
        if (kind == 0 && data.length > 100) return _truncate(data);
        if (kind == 1) {
            data[_next(data.length)] = bytes1(uint8(_next(256)));
        } else if (kind == 2) {
            // Somewhere, as in a V3 path.
            uint256 start = 4 + _next(data.length - 24);
            bytes20 entry = bytes20(_next(2) == 0 ? SHADY : thief);
            for (uint256 i; i < 20; ++i) data[start + i] = entry[i];
        } else if (kind == 3) {
            _replaceToken(data);
        } else {
            uint256 start = 4 + 32 * _next((data.length - 4) / 32);
            bytes32 word = _word();
            for (uint256 i; i < 32; ++i) data[start + i] = word[i];
        }
        return data;
    }

    /// @dev The first listed token or recipient after a random place becomes another.
    function _replaceToken(bytes memory data) private {
        for (uint256 i = 4 + _next(data.length - 24); i + 20 <= data.length; ++i) {
            uint160 entry;
            for (uint256 j; j < 20; ++j) entry = (entry << 8) | uint8(data[i + j]);
            address found = address(entry);
            if (found != USD && found != WETH && found != DAI && found != account) continue;
            bytes20 other = bytes20([SHADY, thief, address(0), NATIVE][_next(4)]);
            for (uint256 j; j < 20; ++j) data[i + j] = other[j];
            return;
        }
    }

    function _word() private returns (bytes32) {
        uint256 kind = _next(10);
        if (kind == 0) return bytes32(uint256(uint160(SHADY)));
        if (kind == 1) return bytes32(uint256(uint160(thief)));
        if (kind == 2) return bytes32(uint256(uint160(account)));
        if (kind == 3) return bytes32(_next(4));
        if (kind == 4) return bytes32(type(uint256).max - _next(64));
        if (kind == 5) return keccak256(abi.encode(_next(type(uint256).max)));
        // As offsets and lengths are.
        return bytes32(32 * _next(24));
    }

    function _truncate(bytes memory data) private returns (bytes memory shorter) {
        shorter = new bytes(data.length - 1 - _next(96));
        for (uint256 i; i < shorter.length; ++i) shorter[i] = data[i];
    }
}
