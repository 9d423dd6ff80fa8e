// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionManager} from "../../../contracts/interfaces/ISessionManager.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract HashOrderTest is BaseTest {
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    string private constant CALL_TYPE = "Call(address target,uint256 value,bytes data,bytes32 scope)";
    string private constant ORDER_TYPE =
        "Order(bytes32 sessionId,uint24 nonce,uint48 deadline,uint32 gasLimit,Call[] calls)";

    function testFuzz_isTheEip712Digest(
        bytes32 sessionId,
        uint24 nonce,
        uint48 deadline,
        uint32 gasLimit,
        ISessionTypes.Call calldata call
    ) public view {
        ISessionTypes.Order memory order = ISessionTypes.Order({
            sessionId: sessionId,
            nonce: nonce,
            deadline: deadline,
            gasLimit: gasLimit,
            calls: new ISessionTypes.Call[](2)
        });
        order.calls[0] = call;
        order.calls[1] = ISessionTypes.Call(call.target, 0, "", call.scope);
        assertEq(manager.hashOrder(order), _digest(order));
    }

    function test_changes_withTheChain() public {
        ISessionTypes.Order memory order;
        bytes32 here = manager.hashOrder(order);
        vm.chainId(block.chainid + 1);
        assertNotEq(manager.hashOrder(order), here);
        assertEq(manager.hashOrder(order), _digest(order));
    }

    function test_changes_withTheManager() public {
        ISessionTypes.Order memory order;
        ISessionManager other = _deployManager();
        assertNotEq(manager.hashOrder(order), other.hashOrder(order));
    }

    function _digest(ISessionTypes.Order memory order) private view returns (bytes32) {
        bytes memory calls;
        for (uint256 i; i < order.calls.length; ++i) {
            ISessionTypes.Call memory call = order.calls[i];
            calls = bytes.concat(
                calls,
                keccak256(
                    abi.encode(keccak256(bytes(CALL_TYPE)), call.target, call.value, keccak256(call.data), call.scope)
                )
            );
        }
        bytes32 struct_ = keccak256(
            abi.encode(
                keccak256(bytes(string.concat(ORDER_TYPE, CALL_TYPE))),
                order.sessionId,
                order.nonce,
                order.deadline,
                order.gasLimit,
                keccak256(calls)
            )
        );
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256("Latchkey"), keccak256("1"), block.chainid, manager)
        );
        return keccak256(abi.encodePacked(hex"1901", domain, struct_));
    }
}
