// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IScopePolicy} from "../../../contracts/interfaces/IScopePolicy.sol";
import {IUniversalRouterPolicy} from "../../../contracts/interfaces/IUniversalRouterPolicy.sol";
import {UniversalRouterPolicyFactory} from "../../../contracts/policies/UniversalRouterPolicyFactory.sol";
import {TestBase} from "../TestBase.sol";
import {RouterStandIn} from "./RouterStandIn.sol";

/// @title What every test of the policy starts from
/// @dev Encodes calls of the router with Solidity's own encoder.
abstract contract PolicyTest is TestBase {
    struct PoolKey {
        address currency0;
        address currency1;
        uint24 fee;
        int24 tickSpacing;
        address hooks;
    }

    struct ExactInputSingle {
        PoolKey poolKey;
        bool zeroForOne;
        uint128 amountIn;
        uint128 amountOutMinimum;
        bytes hookData;
    }

    struct PathKey {
        address intermediateCurrency;
        uint24 fee;
        int24 tickSpacing;
        address hooks;
        bytes hookData;
    }

    struct ExactInput {
        address currencyIn;
        PathKey[] path;
        uint128 amountIn;
        uint128 amountOutMinimum;
    }

    /// @dev Commands, and their inputs, as they are put together.
    struct Plan {
        bytes commands;
        bytes[] inputs;
    }

    address internal constant NATIVE = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;
    address internal constant CALLER = address(1);
    address internal constant ROUTER = address(2);
    uint256 internal constant WHOLE_BALANCE = 1 << 255;
    uint32 internal constant ALL_COMMANDS = 0x00015b13;

    uint8 internal constant V3_IN = 0x00;
    uint8 internal constant V3_OUT = 0x01;
    uint8 internal constant SWEEP = 0x04;
    uint8 internal constant V2_IN = 0x08;
    uint8 internal constant V2_OUT = 0x09;
    uint8 internal constant WRAP_ETH = 0x0b;
    uint8 internal constant UNWRAP_WETH = 0x0c;
    uint8 internal constant BALANCE_CHECK = 0x0e;
    uint8 internal constant V4_SWAP = 0x10;

    uint8 internal constant SWAP_IN_SINGLE = 0x06;
    uint8 internal constant SWAP_IN = 0x07;
    uint8 internal constant SWAP_OUT_SINGLE = 0x08;
    uint8 internal constant SWAP_OUT = 0x09;
    uint8 internal constant SETTLE = 0x0b;
    uint8 internal constant SETTLE_ALL = 0x0c;
    uint8 internal constant TAKE = 0x0e;
    uint8 internal constant TAKE_ALL = 0x0f;
    uint8 internal constant TAKE_PORTION = 0x10;

    address internal constant USD = address(0xA0);
    address internal constant WETH = address(0xB0);
    address internal constant DAI = address(0xC0);
    address internal constant SHADY = address(0xD0);
    address internal constant HOOK = address(0x40);

    RouterStandIn internal router;
    UniversalRouterPolicyFactory internal factory;
    address internal implementation;
    IUniversalRouterPolicy internal policy;
    address internal account = address(0xACC0);
    address internal thief = address(0xBAD0);

    function setUp() public virtual {
        router = new RouterStandIn();
        implementation = _deploy("UniversalRouterPolicy.sol:UniversalRouterPolicy");
        factory = UniversalRouterPolicyFactory(
            _deploy("UniversalRouterPolicyFactory.sol:UniversalRouterPolicyFactory", abi.encode(implementation))
        );
        policy = IUniversalRouterPolicy(factory.createPolicy(_config()));
    }

    function _config() internal view returns (IUniversalRouterPolicy.Config memory config) {
        config.router = address(router);
        config.wrappedNative = WETH;
        config.commands = ALL_COMMANDS;
        config.tokens = new address[](4);
        (config.tokens[0], config.tokens[1], config.tokens[2], config.tokens[3]) = (USD, WETH, DAI, NATIVE);
        config.hooks = new address[](1);
        config.hooks[0] = HOOK;
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Asking
    // ---------------------------------------------------------------------------------------------------------------

    function _ask(uint256 value, bytes memory data) internal view returns (bytes4) {
        return policy.checkCall(account, 0, address(router), value, data);
    }

    function _admit(uint256 value, Plan memory plan) internal view {
        vm.assertEq(_ask(value, _encode(plan)), IScopePolicy.checkCall.selector, "admitted");
    }

    function _admit(Plan memory plan) internal view {
        _admit(0, plan);
    }

    function _refuse(uint256 value, Plan memory plan, bytes memory reason) internal {
        _refuse(value, _encode(plan), reason);
    }

    function _refuse(Plan memory plan, bytes memory reason) internal {
        _refuse(0, plan, reason);
    }

    function _refuse(uint256 value, bytes memory data, bytes memory reason) internal {
        vm.expectRevert(reason);
        _ask(value, data);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Encoding
    // ---------------------------------------------------------------------------------------------------------------

    function _encode(Plan memory plan) internal view returns (bytes memory) {
        return
            abi.encodeWithSignature(
                "execute(bytes,bytes[],uint256)",
                plan.commands,
                plan.inputs,
                vm.getBlockTimestamp()
            );
    }

    function _plan(uint8 command, bytes memory input) internal pure returns (Plan memory plan) {
        plan.commands = abi.encodePacked(command);
        plan.inputs = _list(input);
    }

    function _then(Plan memory plan, uint8 command, bytes memory input) internal pure returns (Plan memory longer) {
        longer.commands = abi.encodePacked(plan.commands, command);
        longer.inputs = new bytes[](plan.inputs.length + 1);
        for (uint256 i; i < plan.inputs.length; ++i) longer.inputs[i] = plan.inputs[i];
        longer.inputs[plan.inputs.length] = input;
    }

    function _sweep(Plan memory plan, address token) internal view returns (Plan memory) {
        return _then(plan, SWEEP, abi.encode(token, account, 0));
    }

    function _list(bytes memory a) internal pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = a;
    }

    function _list(bytes memory a, bytes memory b, bytes memory c) internal pure returns (bytes[] memory list) {
        list = new bytes[](3);
        (list[0], list[1], list[2]) = (a, b, c);
    }

    function _v3(address recipient, bytes memory path) internal pure returns (bytes memory) {
        return abi.encode(recipient, 100, 1, path, true, new uint256[](0));
    }

    function _path(address a, address b) internal pure returns (bytes memory) {
        return abi.encodePacked(a, uint24(3000), b);
    }

    function _path(address a, address b, address c) internal pure returns (bytes memory) {
        return abi.encodePacked(_path(a, b), uint24(500), c);
    }

    function _v2(address recipient, address a, address b) internal pure returns (bytes memory) {
        address[] memory path = new address[](2);
        (path[0], path[1]) = (a, b);
        return abi.encode(recipient, 100, 1, path, true, new uint256[](0));
    }

    function _pool(address a, address b, address hook) internal pure returns (PoolKey memory) {
        return PoolKey({currency0: a, currency1: b, fee: 3000, tickSpacing: 60, hooks: hook});
    }

    function _single(PoolKey memory key) internal pure returns (bytes memory) {
        return
            abi.encode(
                ExactInputSingle({
                    poolKey: key,
                    zeroForOne: true,
                    amountIn: 100,
                    amountOutMinimum: 1,
                    hookData: hex"c0ffee"
                })
            );
    }

    function _multi(address currency, address through, address to, address hook) internal pure returns (bytes memory) {
        ExactInput memory swap;
        swap.currencyIn = currency;
        swap.amountIn = 100;
        swap.path = new PathKey[](2);
        swap.path[0] = PathKey(through, 3000, 60, address(0), "");
        swap.path[1] = PathKey(to, 500, 10, hook, "");
        return abi.encode(swap);
    }

    /// @dev A V4 swap, then what the account pays, then who takes.
    function _v4(bytes memory swap, uint8 take, bytes memory takeInput) internal pure returns (Plan memory) {
        bytes memory actions = abi.encodePacked(SWAP_IN_SINGLE, SETTLE_ALL, take);
        return _plan(V4_SWAP, abi.encode(actions, _list(swap, abi.encode(USD, 100), takeInput)));
    }

    function _v4() internal pure returns (Plan memory) {
        return _v4(_single(_pool(USD, WETH, address(0))), TAKE_ALL, abi.encode(WETH, 1));
    }

    function _v4Action(uint8 action, bytes memory input) internal pure returns (Plan memory) {
        return _plan(V4_SWAP, abi.encode(abi.encodePacked(action), _list(input)));
    }
}
