// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {BaseTest} from "../BaseTest.sol";

contract HashLeaseTest is BaseTest {
    function testFuzz_isTheEip712Digest(bytes32 sessionId, uint48 issuedAt) public view {
        bytes32 structHash = keccak256(
            abi.encode(keccak256("Lease(bytes32 sessionId,uint48 issuedAt)"), sessionId, issuedAt)
        );
        assertEq(manager.hashLease(sessionId, issuedAt), _digestOf(structHash));
    }
}
