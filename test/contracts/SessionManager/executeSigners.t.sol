// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileVerifier} from "../../../contracts/test/HostileVerifier.sol";
import {BaseTest} from "../BaseTest.sol";
import {RsaKey} from "../RsaKey.sol";

/// @dev HAZARDS 21: session keys that are not plain addresses, through OpenZeppelin's verifiers.
contract ExecuteSignersTest is BaseTest {
    uint256 private constant P256_KEY = 0x9256;
    uint256 private constant SECOND_KEY = 0x5ec0;
    bytes1 private constant PRESENT_AND_VERIFIED = 0x05;
    bytes1 private constant PRESENT = 0x01;

    // ---------------------------------------------------------------------------------------------------------------
    // ERC-1271
    // ---------------------------------------------------------------------------------------------------------------

    function test_runs_whenAContractKeySigned() public {
        address contractKey = factory.createAccount(vm.addr(SECOND_KEY), 0);
        Grant memory granted = _grantTo(abi.encodePacked(contractKey));
        OrderSpec memory spec = _increment();
        bytes32 digest = _personalDigest(contractKey, "Latchkey SessionAccount", _hash(granted, spec));
        _execute(_pack(granted, spec, _sign(SECOND_KEY, digest)));
        assertEq(token.count(), 1);
    }

    function test_runsWithoutASignature_whenAContractKeySubmits() public {
        address contractKey = factory.createAccount(vm.addr(SECOND_KEY), 0);
        Grant memory granted = _grantTo(abi.encodePacked(contractKey));
        bytes memory order = _unsigned(granted, _increment());
        vm.prank(contractKey);
        manager.execute(order);
        assertEq(token.count(), 1);
    }

    function test_reverts_whenTheOwnerOfAContractKeySignedPlainly() public {
        address contractKey = factory.createAccount(vm.addr(SECOND_KEY), 0);
        Grant memory granted = _grantTo(abi.encodePacked(contractKey));
        OrderSpec memory spec = _increment();
        _refuseSignature(granted, spec, _sign(SECOND_KEY, _hash(granted, spec)));
    }

    function test_reverts_whateverAContractKeyAnswersInstead() public {
        HostileVerifier verifier = HostileVerifier(_deploy("HostileVerifier.sol:HostileVerifier"));
        Grant memory granted = _grantTo(abi.encodePacked(verifier));
        _refuseAnswers(granted, verifier, 0x1626ba7e);
    }

    /// @dev It eats its own order's gas, and only that.
    function test_skipsOnlyItsOwnOrder_whenAContractKeyEatsTheGas() public {
        HostileVerifier verifier = HostileVerifier(_deploy("HostileVerifier.sol:HostileVerifier"));
        verifier.set(HostileVerifier.Behaviour.EatGas, "");
        Grant memory granted = _grantTo(abi.encodePacked(verifier));
        Grant memory other = _grantTransfers();
        (bytes4 first, bytes4 second) = _executeBatch(
            _pack(granted, _increment(), "signature"),
            _signed(other, _order(0, _transferData(1)))
        );
        assertTrue(first != bytes4(0));
        assertEq(second, bytes4(0));
        assertFalse(_isNonceUsed(granted, 0));
    }

    /// @dev A delegated EOA's own key still signs, whatever its code says.
    function test_runs_whenADelegatedEoasKeySigned() public {
        Grant memory granted = _grantIncrement();
        vm.etch(key, abi.encodePacked(hex"ef0100", implementation));
        _execute(granted, _increment());
        assertEq(token.count(), 1);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // ERC-7913
    // ---------------------------------------------------------------------------------------------------------------

    function test_runs_whenAP256KeySigned() public {
        Grant memory granted = _grantTo(_p256Signer("P256"));
        OrderSpec memory spec = _increment();
        _execute(_pack(granted, spec, _signP256(P256_KEY, _hash(granted, spec))));
        assertEq(token.count(), 1);
    }

    function test_reverts_whenAnotherP256KeySigned() public {
        Grant memory granted = _grantTo(_p256Signer("P256"));
        OrderSpec memory spec = _increment();
        _refuseSignature(granted, spec, _signP256(SECOND_KEY, _hash(granted, spec)));
    }

    function test_reverts_whenAP256SignatureHasAHighS() public {
        Grant memory granted = _grantTo(_p256Signer("P256"));
        OrderSpec memory spec = _increment();
        (bytes32 r, bytes32 s) = vm.signP256(P256_KEY, _hash(granted, spec));
        if (uint256(s) <= P256_ORDER / 2) s = bytes32(P256_ORDER - uint256(s));
        _refuseSignature(granted, spec, abi.encodePacked(r, s));
    }

    function test_reverts_whenAP256SignatureIsShort() public {
        Grant memory granted = _grantTo(_p256Signer("P256"));
        OrderSpec memory spec = _increment();
        bytes memory signature = _signP256(P256_KEY, _hash(granted, spec));
        assembly ("memory-safe") {
            mstore(signature, 63)
        }
        _refuseSignature(granted, spec, signature);
    }

    /// @dev OpenZeppelin's verifier ignores what follows its 64 bytes, so the bytes of an order may differ; its hash and
    /// its nonce are the same.
    function test_runsOnce_whateverFollowsAP256Signature() public {
        Grant memory granted = _grantTo(_p256Signer("P256"));
        OrderSpec memory spec = _increment();
        bytes memory signature = _signP256(P256_KEY, _hash(granted, spec));
        bytes[2] memory others = [
            _pack(granted, spec, signature),
            _pack(granted, spec, bytes.concat(signature, new bytes(1000)))
        ];
        _execute(_pack(granted, spec, bytes.concat(signature, hex"1b")));
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ISessionErrors.NonceUsed.selector, 0));
            vm.prank(relayer);
            manager.execute(others[i]);
        }
        assertEq(token.count(), 1);
    }

    function test_reverts_whenTheVerifierItselfSubmitsWithoutASignature() public {
        bytes memory signer = _p256Signer("P256");
        Grant memory granted = _grantTo(signer);
        OrderSpec memory spec = _increment();
        bytes memory order = _unsigned(granted, spec);
        bytes memory reason = abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, _hash(granted, spec));
        vm.prank(address(bytes20(signer)));
        vm.expectRevert(reason);
        manager.execute(order);
    }

    function test_runs_whenAPasskeySigned() public {
        Grant memory granted = _grantTo(_p256Signer("WebAuthn"));
        OrderSpec memory spec = _increment();
        _execute(_pack(granted, spec, _signWebAuthn(_hash(granted, spec), PRESENT_AND_VERIFIED)));
        assertEq(token.count(), 1);
    }

    function test_reverts_whenAPasskeySignedWithoutVerifyingItsUser() public {
        Grant memory granted = _grantTo(_p256Signer("WebAuthn"));
        OrderSpec memory spec = _increment();
        _refuseSignature(granted, spec, _signWebAuthn(_hash(granted, spec), PRESENT));
    }

    function test_reverts_whenAPasskeySignedAnotherChallenge() public {
        Grant memory granted = _grantTo(_p256Signer("WebAuthn"));
        _refuseSignature(granted, _increment(), _signWebAuthn(keccak256("another"), PRESENT_AND_VERIFIED));
    }

    function test_reverts_whenAPasskeySignedTheOrderWithoutACeremony() public {
        Grant memory granted = _grantTo(_p256Signer("WebAuthn"));
        OrderSpec memory spec = _increment();
        _refuseSignature(granted, spec, _signP256(P256_KEY, _hash(granted, spec)));
    }

    function test_runs_whenAnRsaKeySigned() public {
        Grant memory granted = _grantTo(_rsaSigner());
        OrderSpec memory spec = _increment();
        _execute(_pack(granted, spec, RsaKey.sign(_hash(granted, spec))));
        assertEq(token.count(), 1);
    }

    function test_reverts_whenAnRsaKeySignedAnother() public {
        Grant memory granted = _grantTo(_rsaSigner());
        _refuseSignature(granted, _increment(), RsaKey.sign(keccak256("another")));
    }

    function test_reverts_whenTheVerifierHasNoCode() public {
        Grant memory granted = _grantTo(abi.encodePacked(recipient, "a key"));
        _refuseSignature(granted, _increment(), "signature");
    }

    function test_reverts_whateverAVerifierAnswersInstead() public {
        HostileVerifier verifier = HostileVerifier(_deploy("HostileVerifier.sol:HostileVerifier"));
        Grant memory granted = _grantTo(abi.encodePacked(verifier, "a key"));
        _refuseAnswers(granted, verifier, 0x024ad318);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Weighted multi-signers
    // ---------------------------------------------------------------------------------------------------------------

    function test_runs_whenTheWeightsSuffice() public {
        address signer = _weightedSigner();
        Grant memory granted = _grantTo(abi.encodePacked(signer));
        OrderSpec memory spec = _increment();
        bytes32 digest = _personalDigest(signer, "WeightedSigner", _hash(granted, spec));
        // 2 + 1 of 3.
        _execute(_pack(granted, spec, _multiSignature(KEY, SECOND_KEY, digest)));
        assertEq(token.count(), 1);
    }

    function test_reverts_whenTheWeightsDoNotSuffice() public {
        address signer = _weightedSigner();
        Grant memory granted = _grantTo(abi.encodePacked(signer));
        OrderSpec memory spec = _increment();
        bytes32 digest = _personalDigest(signer, "WeightedSigner", _hash(granted, spec));
        // 1 + 1 of 3.
        _refuseSignature(granted, spec, _multiSignature(OWNER_KEY, SECOND_KEY, digest));
    }

    function test_reverts_whenOneSignerIsCountedTwice() public {
        address signer = _weightedSigner();
        Grant memory granted = _grantTo(abi.encodePacked(signer));
        OrderSpec memory spec = _increment();
        bytes32 digest = _personalDigest(signer, "WeightedSigner", _hash(granted, spec));
        _refuseSignature(granted, spec, _multiSignature(KEY, KEY, digest));
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _grantTo(bytes memory signer) private returns (Grant memory) {
        ISessionTypes.Session memory session = _session();
        session.signer = signer;
        return _grant(session, _scope(address(token), token.increment.selector));
    }

    /// @dev Verifiers take their time: 2 million gas is enough for P-256 without a precompile and for RSA.
    function _increment() private view returns (OrderSpec memory spec) {
        spec = _order(0, abi.encodeCall(token.increment, ()));
        spec.gasLimit = 2_000_000;
    }

    function _p256Signer(string memory kind) private returns (bytes memory) {
        (uint256 x, uint256 y) = vm.publicKeyP256(P256_KEY);
        string memory name = string.concat("ERC7913", kind, "Verifier");
        return abi.encodePacked(_deploy(string.concat(name, ".sol:", name)), x, y);
    }

    function _rsaSigner() private returns (bytes memory) {
        address verifier = _deploy("ERC7913RSAVerifier.sol:ERC7913RSAVerifier");
        return abi.encodePacked(verifier, abi.encode(RsaKey.EXPONENT, RsaKey.MODULUS));
    }

    /// @dev KEY weighs 2, SECOND_KEY and OWNER_KEY 1 each; 3 are needed.
    function _weightedSigner() private returns (address) {
        (bytes[] memory signers, uint64[] memory weights) = (new bytes[](3), new uint64[](3));
        (signers[0], weights[0]) = (abi.encodePacked(key), 2);
        (signers[1], weights[1]) = (abi.encodePacked(vm.addr(SECOND_KEY)), 1);
        (signers[2], weights[2]) = (abi.encodePacked(owner), 1);
        return _deploy("WeightedSigner.sol:WeightedSigner", abi.encode(signers, weights, uint64(3)));
    }

    /// @dev As an authenticator signs (WebAuthn, section 7.2).
    function _signWebAuthn(bytes32 challenge, bytes1 flags) private pure returns (bytes memory) {
        bytes memory authenticatorData = abi.encodePacked(sha256("latchkey.example"), flags, uint32(1));
        // solhint-disable quotes
        string memory clientData = string.concat(
            '{"type":"webauthn.get","challenge":"',
            Base64.encodeURL(abi.encodePacked(challenge)),
            '","origin":"https://latchkey.example","crossOrigin":false}'
        );
        // solhint-enable quotes
        bytes32 digest = sha256(abi.encodePacked(authenticatorData, sha256(bytes(clientData))));
        bytes memory signature = _signP256(P256_KEY, digest);
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        return abi.encode(r, s, uint256(23), uint256(1), authenticatorData, clientData);
    }

    function _refuseSignature(Grant memory granted, OrderSpec memory spec, bytes memory signature) private {
        _refuse(
            _pack(granted, spec, signature),
            abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, _hash(granted, spec))
        );
    }

    /// @param magic What means yes, as a whole word.
    function _refuseAnswers(Grant memory granted, HostileVerifier verifier, bytes4 magic) private {
        OrderSpec memory spec = _increment();
        bytes[4] memory answers = [
            bytes(""),
            abi.encodePacked(magic),
            abi.encode(bytes4(0xffffffff)),
            abi.encode(uint256(1))
        ];
        for (uint256 i; i < answers.length; ++i) {
            verifier.set(HostileVerifier.Behaviour.Answer, answers[i]);
            _refuseSignature(granted, spec, "signature");
        }
        verifier.set(HostileVerifier.Behaviour.Revert, abi.encode(magic));
        _refuseSignature(granted, spec, "signature");
        verifier.set(HostileVerifier.Behaviour.Answer, abi.encode(magic));
        _execute(_pack(granted, spec, "signature"));
        assertEq(token.count(), 1);
    }
}
