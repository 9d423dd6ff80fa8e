// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 13, 14, 21, 29 and 30: what is signed is good once, here, as it was signed.
contract ReplayTest is BaseTest {
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function test_refusesTheSameOrderTwice() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(granted, _order(0, _transferData(1)));
        _execute(order);
        _refuse(order, abi.encodeWithSelector(ISessionErrors.NonceUsed.selector, 0));
    }

    function test_refusesAnOrderOfAnotherChain() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(granted, _order(0, _transferData(1)));
        vm.chainId(block.chainid + 1);
        assertEq(_executeBatch(order), ISessionErrors.SignatureInvalid.selector);
    }

    function test_refusesAnOrderForAnotherManager() public {
        Grant memory granted = _grantTransfers();
        bytes memory order = _signed(granted, _order(0, _transferData(1)));
        manager = _deployManager();
        vm.prank(account);
        manager.grant(granted.session, granted.scopes);
        assertEq(_executeBatch(order), ISessionErrors.SignatureInvalid.selector);
    }

    function test_refusesAnOrderOfAnotherAccountsTwinSession() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(1));
        bytes memory signature = _sign(KEY, _hash(granted, spec));
        account = factory.createAccount(owner, bytes32(uint256(1)));
        token.mint(account, 10);
        Grant memory twin = _grantTransfers();
        assertEq(_executeBatch(_pack(twin, spec, signature)), ISessionErrors.SignatureInvalid.selector);
    }

    function test_refusesAnOrderOfATwinSessionWithAnotherSalt() public {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(1));
        bytes memory signature = _sign(KEY, _hash(granted, spec));
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.salt = bytes32(uint256(1));
        Grant memory twin = _grant(session, _transferScope());
        assertEq(_executeBatch(_pack(twin, spec, signature)), ISessionErrors.SignatureInvalid.selector);
    }

    function test_refusesAScopeThatWasNotSigned() public {
        ISessionTypes.Scope memory strict = _transferScope();
        strict.rules = _rules(_rule(ISessionTypes.RuleOp.AtMost, 32, bytes32(uint256(5))));
        Grant memory granted = _grant(
            _session(_limit(address(token), LIMIT, PERIOD)),
            _scopes(_transferScope(), strict)
        );
        OrderSpec memory spec = _order(0, CallSpec(0, 0, _transferData(5)));
        bytes memory signature = _sign(KEY, _hash(granted, spec));
        spec.calls[0].scope = 1;
        assertEq(_executeBatch(_pack(granted, spec, signature)), ISessionErrors.SignatureInvalid.selector);
    }

    function test_refusesTheKeyItself_whenARelayerIsNamed() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.relayer = relayer;
        Grant memory granted = _grant(session, _transferScope());
        bytes memory order = _unsigned(granted, _order(0, _transferData(1)));
        vm.prank(key);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SubmitterNotAllowed.selector, key, relayer));
        manager.execute(order);
    }

    function test_refusesAGrantAfterARevocation() public {
        Grant memory granted = _grantTransfers();
        _revoke(granted);
        vm.prank(account);
        vm.expectPartialRevert(ISessionErrors.SessionAlreadyKnown.selector);
        manager.grant(granted.session, granted.scopes);
    }

    function test_refusesHighS() public {
        _refuseForm(0);
    }

    function test_refusesVOfZeroAndOne() public {
        _refuseForm(1);
    }

    function test_refusesCompactSignatures() public {
        _refuseForm(2);
    }

    function test_refusesATailAfterTheSignature() public {
        _refuseForm(3);
    }

    function test_refusesAZeroSignature() public {
        _refuseForm(4);
    }

    function _refuseForm(uint256 form) private {
        Grant memory granted = _grantTransfers();
        OrderSpec memory spec = _order(0, _transferData(1));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, _hash(granted, spec));
        bytes memory signature;
        if (form == 0) signature = abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27));
        if (form == 1) signature = abi.encodePacked(r, s, v - 27);
        if (form == 2) signature = abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
        if (form == 3) signature = abi.encodePacked(r, s, v, uint8(0));
        if (form == 4) signature = new bytes(65);
        assertEq(_executeBatch(_pack(granted, spec, signature)), ISessionErrors.SignatureInvalid.selector);
        assertEq(_executeBatch(_pack(granted, spec, abi.encodePacked(r, s, v))), bytes4(0));
    }
}
