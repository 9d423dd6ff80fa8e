// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {Account} from "@openzeppelin/contracts/account/Account.sol";
import {SessionAccount} from "../../../contracts/accounts/SessionAccount.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev As a clone, as an implementation, and as the code of an EOA (EIP-7702).
contract SessionAccountOwnerTest is BaseTest {
    function test_isTheClonesArgument() public view {
        assertEq(SessionAccount(payable(account)).owner(), owner);
    }

    function test_isTheImplementationItself() public view {
        assertEq(SessionAccount(payable(implementation)).owner(), implementation);
    }

    function test_isTheEoa_whenItDelegates() public {
        _delegate();
        assertEq(SessionAccount(payable(owner)).owner(), owner);
    }

    function test_runsOrders_ofADelegatingEoa() public {
        _delegate();
        token.mint(owner, 10);
        account = owner;
        _execute(_grantTransfers(), _order(0, _transferData(5)));
        assertEq(token.balanceOf(owner), 5);
    }

    function test_signs_asADelegatingEoa() public {
        _delegate();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Latchkey SessionAccount"),
                keccak256("1"),
                block.chainid,
                owner
            )
        );
        bytes32 struct_ = keccak256(abi.encode(keccak256("PersonalSign(bytes prefixed)"), keccak256("anything")));
        bytes memory signature = _sign(OWNER_KEY, keccak256(abi.encodePacked(hex"1901", domain, struct_)));
        assertEq(SessionAccount(payable(owner)).isValidSignature(keccak256("anything"), signature), bytes4(0x1626ba7e));
    }

    function test_refusesStrangers_asADelegatingEoa() public {
        _delegate();
        vm.prank(key);
        vm.expectRevert(abi.encodeWithSelector(Account.AccountUnauthorized.selector, key));
        SessionAccount(payable(owner)).execute(BATCH_MODE, abi.encode(new AccountCall[](0)));
    }

    function _delegate() private {
        vm.etch(owner, abi.encodePacked(hex"ef0100", implementation));
    }
}
