// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {BaseTest} from "../BaseTest.sol";

contract HashApprovalTest is BaseTest {
    function testFuzz_isTheEip712Digest(bytes32 orderHash) public view {
        bytes32 structHash = keccak256(abi.encode(keccak256("Approval(bytes32 orderHash)"), orderHash));
        assertEq(manager.hashApproval(orderHash), _digestOf(structHash));
    }
}
