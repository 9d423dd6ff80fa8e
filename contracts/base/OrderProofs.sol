// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {CalldataReader} from "../libraries/CalldataReader.sol";
import {OrderHash} from "../libraries/OrderHash.sol";
import {OrderRecord} from "../libraries/OrderRecord.sol";
import {PackedOrderLib} from "../libraries/PackedOrder.sol";
import {PackedSession} from "../libraries/PackedSession.sol";
import {SessionLayout} from "../libraries/SessionLayout.sol";
import {Options, SessionOptions} from "../libraries/SessionOptions.sol";
import {SignerCheck} from "../libraries/SignerCheck.sol";
import {SessionStorage} from "./SessionStorage.sol";

/// @title What is signed for an order: by its session key, the sentinel and the approver
abstract contract OrderProofs is SessionStorage {
    uint256 private constant PROOF_OPTIONS =
        SessionLayout.LONG_SIGNER | SessionLayout.LEASE_TTL | SessionLayout.APPROVER;

    /// @dev Signature, lease and approval, which end the order.
    /// @param cursor Where the calls end.
    /// @param end Where the order ends.
    function _checkProofs(
        OrderRecord record,
        PackedSession session,
        uint256 cursor,
        uint256 end,
        address submitter
    ) internal view {
        bytes calldata signature;
        (signature, cursor) = PackedOrderLib.readSized(cursor);
        if (session.flags() & PROOF_OPTIONS != 0) {
            _checkOptionalProofs(record, signature, cursor, end, submitter);
        } else {
            // Neither lease nor approval is due, so neither may be given: two lengths of 0 end the order.
            unchecked {
                if (cursor + 4 != end) revert EncodingInvalid();
                if (CalldataReader.uint32At(cursor) != 0) revert EncodingInvalid();
            }
            address key = session.signer();
            // No signature is needed of a key that submits its own order.
            if (signature.length != 0 || submitter != key) {
                if (!SignerCheck.isSignedBy(key, record.hash(), signature)) revert SignatureInvalid(record.hash());
            }
        }
    }

    function _checkOptionalProofs(
        OrderRecord record,
        bytes calldata signature,
        uint256 cursor,
        uint256 end,
        address submitter
    ) private view {
        Options memory options = SessionOptions.read(record.session().flags(), record.optionsAt());
        bytes calldata lease;
        bytes calldata approval;
        (lease, cursor) = PackedOrderLib.readSized(cursor);
        (approval, cursor) = PackedOrderLib.readSized(cursor);
        if (cursor != end) revert EncodingInvalid();
        bool isKey = options.signerTailLength == 0 && submitter == record.session().signer();
        if (signature.length != 0 || !isKey) {
            if (!_isSignedByKey(record.session(), options, record.hash(), signature))
                revert SignatureInvalid(record.hash());
        }
        _checkLease(record.sessionId(), options, lease);
        if (_checkApproval(options, record.hash(), approval)) record.setApproved();
    }

    function _isSignedByKey(
        PackedSession session,
        Options memory options,
        bytes32 digest,
        bytes calldata signature
    ) internal view returns (bool) {
        address key = session.signer();
        if (options.signerTailLength == 0) return SignerCheck.isSignedBy(key, digest, signature);
        bytes calldata tail = CalldataReader.slice(options.signerTailAt, options.signerTailLength);
        return SignerCheck.isSignedBy(abi.encodePacked(key, tail), digest, signature);
    }

    function _checkLease(bytes32 sessionId, Options memory options, bytes calldata lease) private view {
        uint256 ttl = options.leaseTtl;
        if (ttl == 0) {
            if (lease.length != 0) revert EncodingInvalid();
            return;
        }
        if (lease.length < 6) revert LeaseMissing(uint32(ttl));
        uint256 issuedAt = uint48(bytes6(lease));
        // Both are below 2^49.
        unchecked {
            if (block.timestamp < issuedAt || block.timestamp >= issuedAt + ttl) {
                revert LeaseNotCurrent(uint48(issuedAt), uint32(ttl), uint48(block.timestamp));
            }
        }
        bytes32 digest = _hashTypedDataV4(OrderHash.hashLease(sessionId, issuedAt));
        if (!SignerCheck.isSignedBy(options.sentinel, digest, lease[6:])) {
            revert LeaseInvalid(sessionId, options.sentinel);
        }
    }

    /// @return Whether there is one.
    function _checkApproval(
        Options memory options,
        bytes32 orderHash,
        bytes calldata approval
    ) private view returns (bool) {
        if (approval.length == 0) return false;
        if (options.approverLength == 0) revert EncodingInvalid();
        bytes memory approver = CalldataReader.slice(options.approverAt, options.approverLength);
        bytes32 digest = _hashTypedDataV4(OrderHash.hashApproval(orderHash));
        if (!SignerCheck.isSignedBy(approver, digest, approval)) revert ApprovalInvalid(orderHash);
        return true;
    }
}
