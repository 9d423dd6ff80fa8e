// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Has a signer signed a digest?
/// @dev Signatures of an address are tried as ECDSA first, also where it has code: that of an EOA under EIP-7702 need not
/// know ERC-1271. One form is taken: 65 bytes, low s. Nothing here has side effects (no ERC-6492).
library SignerCheck {
    function isSignedBy(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError err, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (err == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return
            signer.code.length != 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature);
    }

    /// @param signer ERC-7913: at least 20 bytes, an address, or a verifier and a key.
    function isSignedBy(bytes memory signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (signer.length == 20) return isSignedBy(address(bytes20(signer)), digest, signature);
        return SignatureChecker.isValidSignatureNow(signer, digest, signature);
    }
}
