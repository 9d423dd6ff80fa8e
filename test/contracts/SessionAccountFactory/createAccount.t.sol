// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {SessionAccount} from "../../../contracts/accounts/SessionAccount.sol";
import {SessionAccountFactory} from "../../../contracts/accounts/SessionAccountFactory.sol";
import {BaseTest} from "../BaseTest.sol";

contract CreateAccountTest is BaseTest {
    function testFuzz_createsAtThePredictedAddress(address owner_, bytes32 salt) public {
        vm.assume(owner_ != address(0));
        address predicted = factory.getAddress(owner_, salt);
        assertEq(factory.createAccount(owner_, salt), predicted);
        assertEq(SessionAccount(payable(predicted)).owner(), owner_);
        assertEq(SessionAccount(payable(predicted)).MANAGER(), address(manager));
    }

    function test_emitsAccountCreated() public {
        bytes32 salt = bytes32(uint256(1));
        vm.expectEmit(address(factory));
        emit SessionAccountFactory.AccountCreated(factory.getAddress(owner, salt), owner, salt);
        factory.createAccount(owner, salt);
    }

    function test_findsIt_whenCreatedAlready() public {
        vm.recordLogs();
        assertEq(factory.createAccount(owner, 0), account);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    function test_belongsToItsOwner_whoeverCreates() public {
        vm.prank(key);
        assertEq(SessionAccount(payable(factory.createAccount(owner, bytes32(uint256(9))))).owner(), owner);
    }

    function test_keepsWhatWasSentBefore() public {
        bytes32 salt = bytes32(uint256(1));
        token.mint(factory.getAddress(owner, salt), 5);
        assertEq(token.balanceOf(factory.createAccount(owner, salt)), 5);
    }

    function test_reverts_withoutAnOwner() public {
        vm.expectRevert(abi.encodeWithSelector(SessionAccountFactory.OwnerInvalid.selector, address(0)));
        factory.createAccount(address(0), 0);
    }
}
