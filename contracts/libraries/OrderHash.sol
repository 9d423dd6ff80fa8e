// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @dev Words one after the other in memory.
type WordList is uint256;

using WordListLib for WordList global;

/// @title A list of words that are hashed together
library WordListLib {
    /// @dev Every word is set before it is hashed.
    function allocate(uint256 count) internal pure returns (WordList self) {
        assembly ("memory-safe") {
            self := mload(0x40)
            mstore(0x40, add(self, shl(5, count)))
        }
    }

    /// @param index Below the count.
    function set(WordList self, uint256 index, bytes32 value) internal pure {
        assembly ("memory-safe") {
            mstore(add(self, shl(5, index)), value)
        }
    }

    /// @return value keccak256 of the first `count` words.
    function hash(WordList self, uint256 count) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := keccak256(self, shl(5, count))
        }
    }
}

/// @title EIP-712 struct hashes of what is signed at use
library OrderHash {
    bytes32 internal constant CALL_TYPEHASH = keccak256("Call(address target,uint256 value,bytes data,bytes32 scope)");
    bytes32 internal constant ORDER_TYPEHASH = keccak256(
        "Order(bytes32 sessionId,uint24 nonce,uint48 deadline,uint32 gasLimit,Call[] calls)Call(address target,uint256 value,bytes data,bytes32 scope)"
    );
    bytes32 private constant LEASE_TYPEHASH = keccak256("Lease(bytes32 sessionId,uint48 issuedAt)");
    bytes32 private constant APPROVAL_TYPEHASH = keccak256("Approval(bytes32 orderHash)");

    /// @param dataHash keccak256 of the call's data.
    function hashCall(
        address target,
        uint256 value,
        bytes32 dataHash,
        bytes32 scope
    ) internal pure returns (bytes32 callHash) {
        bytes32 typehash = CALL_TYPEHASH;
        // keccak256(abi.encode(CALL_TYPEHASH, target, value, dataHash, scope)), without taking the memory for good.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typehash)
            mstore(add(start, 0x20), shr(96, shl(96, target)))
            mstore(add(start, 0x40), value)
            mstore(add(start, 0x60), dataHash)
            mstore(add(start, 0x80), scope)
            callHash := keccak256(start, 0xa0)
        }
    }

    /// @param callsHash keccak256 of the hashes of the calls.
    function hashOrder(
        bytes32 sessionId,
        uint256 nonce,
        uint256 deadline,
        uint256 gasLimit,
        bytes32 callsHash
    ) internal pure returns (bytes32 structHash) {
        bytes32 typehash = ORDER_TYPEHASH;
        // keccak256(abi.encode(ORDER_TYPEHASH, sessionId, nonce, deadline, gasLimit, callsHash)), without taking the
        // memory for good.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, typehash)
            mstore(add(start, 0x20), sessionId)
            mstore(add(start, 0x40), nonce)
            mstore(add(start, 0x60), deadline)
            mstore(add(start, 0x80), gasLimit)
            mstore(add(start, 0xa0), callsHash)
            structHash := keccak256(start, 0xc0)
        }
    }

    function hashLease(bytes32 sessionId, uint256 issuedAt) internal pure returns (bytes32) {
        return keccak256(abi.encode(LEASE_TYPEHASH, sessionId, issuedAt));
    }

    function hashApproval(bytes32 orderHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(APPROVAL_TYPEHASH, orderHash));
    }
}
