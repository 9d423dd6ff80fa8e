// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title What an admitted call of the router may do, said a second time
/// @dev Decodes with Solidity's own decoder into memory, where the policy reads calldata by hand; numbers that are no
/// concern of the policy's are decoded as loosely as the router does. Reverts on what does not decode at all.
contract RouteOracle {
    struct Rules {
        address account;
        address wrapped;
        address[] tokens;
        address[] hooks;
    }

    struct PoolPrefix {
        uint256 currency0;
        uint256 currency1;
        uint256 fee;
        uint256 tickSpacing;
        uint256 hooks;
    }

    struct PathKey {
        uint256 currency;
        uint256 fee;
        uint256 tickSpacing;
        uint256 hooks;
        bytes hookData;
    }

    struct State {
        Rules rules;
        /// Tokens that may lie on the router, 0 = native; entries are never removed but overwritten by `NOTHING`.
        uint256[] onRouter;
        uint256 count;
    }

    uint256 private constant NOTHING = type(uint256).max;
    address private constant NATIVE = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;

    /// @return Empty if the call keeps to `rules`, otherwise what it breaks.
    function judge(Rules calldata rules, uint256 value, bytes calldata data) external pure returns (string memory) {
        (bytes memory commands, bytes[] memory inputs) = abi.decode(data[4:], (bytes, bytes[]));
        if (commands.length != inputs.length) return "lengths";
        State memory state = State(rules, new uint256[](256), 0);
        if (value != 0) _put(state, 0);
        for (uint256 i; i < commands.length; ++i) {
            string memory fault = _judgeCommand(state, uint8(commands[i]), inputs[i]);
            if (bytes(fault).length != 0) return fault;
        }
        for (uint256 i; i < state.count; ++i) if (state.onRouter[i] != NOTHING) return "left on the router";
        return "";
    }

    function _judgeCommand(State memory state, uint8 code, bytes memory input) private pure returns (string memory) {
        if (code == 0x00 || code == 0x01) {
            (uint256 to, , , bytes memory path, uint256 payer) = abi.decode(
                input,
                (uint256, uint256, uint256, bytes, uint256)
            );
            if (payer > 1) return "payer";
            if (path.length < 43 || (path.length - 20) % 23 != 0) return "path";
            uint256 pools = (path.length - 20) / 23;
            for (uint256 i; i <= pools; ++i) {
                uint256 token = _tokenIn(path, i);
                if (!_isListed(state, token, false)) return "token in V3 path";
                if (code == 0x00 && i != 0 && i != pools) _put(state, token);
            }
            return _send(state, to, _tokenIn(path, code == 0x00 ? pools : 0));
        }
        if (code == 0x08 || code == 0x09) {
            (uint256 to, , , uint256[] memory path, uint256 payer) = abi.decode(
                input,
                (uint256, uint256, uint256, uint256[], uint256)
            );
            if (payer > 1) return "payer";
            if (path.length < 2) return "path";
            for (uint256 i; i < path.length; ++i) if (!_isListed(state, path[i], false)) return "token in V2 path";
            return _send(state, to, path[path.length - 1]);
        }
        if (code == 0x04) {
            (uint256 token, uint256 to, ) = abi.decode(input, (uint256, uint256, uint256));
            if (!_isListed(state, token, true)) return "token of sweep";
            if (to == 2) return "sweep to the router";
            _take(state, token);
            return _send(state, to, token);
        }
        if (code == 0x0b || code == 0x0c) return _judgeWrapping(state, code, input);
        if (code == 0x0e) return "";
        if (code == 0x10) return _judgeV4(state, input);
        return "command";
    }

    function _judgeWrapping(State memory state, uint8 code, bytes memory input) private pure returns (string memory) {
        (uint256 to, uint256 amount) = abi.decode(input, (uint256, uint256));
        uint256 wrapped = uint160(state.rules.wrapped);
        if (!_isListed(state, 0, true) || !_isListed(state, wrapped, false)) return "wrapping";
        if (code == 0x0b && amount == 1 << 255) _take(state, 0);
        if (code == 0x0c) _take(state, wrapped);
        return _send(state, to, code == 0x0b ? wrapped : 0);
    }

    function _judgeV4(State memory state, bytes memory input) private pure returns (string memory) {
        (bytes memory actions, bytes[] memory inputs) = abi.decode(input, (bytes, bytes[]));
        if (actions.length != inputs.length) return "lengths in V4";
        for (uint256 i; i < actions.length; ++i) {
            string memory fault = _judgeAction(state, uint8(actions[i]), inputs[i]);
            if (bytes(fault).length != 0) return fault;
        }
        return "";
    }

    function _judgeAction(State memory state, uint8 action, bytes memory input) private pure returns (string memory) {
        if (action == 0x06 || action == 0x08) {
            (uint256 offset, PoolPrefix memory pool) = abi.decode(input, (uint256, PoolPrefix));
            if (offset != 32) return "offset";
            if (!_isListed(state, pool.currency0, true)) return "currency0";
            if (!_isListed(state, pool.currency1, true)) return "currency1";
            return _isHook(state, pool.hooks) ? "" : "hook";
        }
        if (action == 0x07 || action == 0x09) {
            (uint256 offset, uint256 currency, uint256 pathOffset) = abi.decode(input, (uint256, uint256, uint256));
            if (offset != 32) return "offset";
            if (!_isListed(state, currency, true)) return "currency";
            // Only the path, as the sole argument of a tuple that starts where the swap does.
            bytes memory swap = new bytes(input.length - 32);
            for (uint256 i; i < swap.length; ++i) swap[i] = input[i + 32];
            assembly ("memory-safe") {
                mstore(add(swap, 32), pathOffset)
            }
            PathKey[] memory path = abi.decode(swap, (PathKey[]));
            if (path.length == 0) return "empty path";
            for (uint256 i; i < path.length; ++i) {
                if (!_isListed(state, path[i].currency, true)) return "currency in path";
                if (!_isHook(state, path[i].hooks)) return "hook in path";
            }
            return "";
        }
        if (action == 0x0b) {
            (uint256 currency, , uint256 payer) = abi.decode(input, (uint256, uint256, uint256));
            return payer <= 1 && _isListed(state, currency, true) ? "" : "settle";
        }
        if (action == 0x0c || action == 0x0f) {
            (uint256 currency, ) = abi.decode(input, (uint256, uint256));
            return _isListed(state, currency, true) ? "" : "settle or take all";
        }
        if (action == 0x0e || action == 0x10) {
            (uint256 currency, uint256 to, ) = abi.decode(input, (uint256, uint256, uint256));
            if (!_isListed(state, currency, true)) return "take";
            return _send(state, to, currency);
        }
        return "action";
    }

    function _tokenIn(bytes memory path, uint256 index) private pure returns (uint256 token) {
        for (uint256 i; i < 20; ++i) token = (token << 8) | uint8(path[23 * index + i]);
    }

    function _isListed(State memory state, uint256 token, bool nativeIsZero) private pure returns (bool) {
        if (token == uint160(NATIVE)) return false;
        if (token == 0 && nativeIsZero) token = uint160(NATIVE);
        for (uint256 i; i < state.rules.tokens.length; ++i) if (uint160(state.rules.tokens[i]) == token) return true;
        return false;
    }

    function _isHook(State memory state, uint256 hook) private pure returns (bool) {
        for (uint256 i; i < state.rules.hooks.length; ++i) if (uint160(state.rules.hooks[i]) == hook) return true;
        return hook == 0;
    }

    function _send(State memory state, uint256 to, uint256 token) private pure returns (string memory) {
        if (to == 2) _put(state, token);
        return to == 1 || to == 2 || to == uint160(state.rules.account) ? "" : "recipient";
    }

    function _put(State memory state, uint256 token) private pure {
        state.onRouter[state.count++] = token;
    }

    function _take(State memory state, uint256 token) private pure {
        for (uint256 i; i < state.count; ++i) if (state.onRouter[i] == token) state.onRouter[i] = NOTHING;
    }
}
