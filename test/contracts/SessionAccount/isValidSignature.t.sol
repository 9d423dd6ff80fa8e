// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {SessionAccount} from "../../../contracts/accounts/SessionAccount.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 5 and 32: ERC-1271 through ERC-7739, for the owner only.
contract IsValidSignatureTest is BaseTest {
    bytes4 private constant VALID = 0x1626ba7e;
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant HASH = keccak256("anything");

    function test_acceptsTheOwnersPersonalSignature() public view {
        assertEq(_ask(account, HASH, _personal(OWNER_KEY, account)), VALID);
    }

    function test_refusesItForAnotherAccountOfTheOwner() public {
        address other = factory.createAccount(owner, bytes32(uint256(1)));
        assertTrue(_ask(other, HASH, _personal(OWNER_KEY, account)) != VALID);
        assertEq(_ask(other, HASH, _personal(OWNER_KEY, other)), VALID);
    }

    function test_refusesTheSessionKeysSignature() public {
        _grantTransfers();
        assertTrue(_ask(account, HASH, _personal(KEY, account)) != VALID);
    }

    function test_refusesAPlainSignatureOfTheHash() public view {
        assertTrue(_ask(account, HASH, _sign(OWNER_KEY, HASH)) != VALID);
    }

    function test_acceptsTheOwnersTypedSignature() public view {
        (bytes32 hash, bytes memory signature) = _typed(account);
        assertEq(_ask(account, hash, signature), VALID);
    }

    function test_refusesTheTypedSignatureForAnotherAccountOfTheOwner() public {
        address other = factory.createAccount(owner, bytes32(uint256(1)));
        (bytes32 hash, bytes memory signature) = _typed(account);
        assertTrue(_ask(other, hash, signature) != VALID);
    }

    function test_acceptsAContractOwnersSignature() public {
        address outer = factory.createAccount(account, 0);
        // The account owns another account; its owner signs for both, one inside the other.
        bytes32 inner = _personalDigest(outer, HASH);
        assertEq(_ask(outer, HASH, _sign(OWNER_KEY, _personalDigest(account, inner))), VALID);
    }

    function test_tellsThatItSpeaksErc7739() public view {
        bytes32 probe = 0x7739773977397739773977397739773977397739773977397739773977397739;
        assertEq(_ask(account, probe, ""), bytes4(0x77390001));
    }

    function _ask(address of_, bytes32 hash, bytes memory signature) private view returns (bytes4) {
        return SessionAccount(payable(of_)).isValidSignature(hash, signature);
    }

    function _personal(uint256 privateKey, address of_) private view returns (bytes memory) {
        return _sign(privateKey, _personalDigest(of_, HASH));
    }

    function _personalDigest(address of_, bytes32 hash) private view returns (bytes32) {
        bytes32 struct_ = keccak256(abi.encode(keccak256("PersonalSign(bytes prefixed)"), hash));
        return keccak256(abi.encodePacked(hex"1901", _domain(of_), struct_));
    }

    function _domain(address of_) private view returns (bytes32) {
        return
            keccak256(
                abi.encode(DOMAIN_TYPEHASH, keccak256("Latchkey SessionAccount"), keccak256("1"), block.chainid, of_)
            );
    }

    /// @dev A "Mail" signed for an app, nested as ERC-7739 says.
    function _typed(address of_) private view returns (bytes32 hash, bytes memory signature) {
        bytes memory description = "Mail(bytes32 text)";
        bytes32 app = keccak256("app domain");
        bytes32 contents = keccak256(abi.encode(keccak256(description), keccak256("hello")));
        hash = keccak256(abi.encodePacked(hex"1901", app, contents));
        bytes32 typehash = keccak256(
            abi.encodePacked(
                "TypedDataSign(Mail contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)",
                description
            )
        );
        bytes32 struct_ = keccak256(
            abi.encode(
                typehash,
                contents,
                keccak256("Latchkey SessionAccount"),
                keccak256("1"),
                block.chainid,
                of_,
                bytes32(0)
            )
        );
        bytes memory raw = _sign(OWNER_KEY, keccak256(abi.encodePacked(hex"1901", app, struct_)));
        signature = abi.encodePacked(raw, app, contents, description, uint16(description.length));
    }
}
