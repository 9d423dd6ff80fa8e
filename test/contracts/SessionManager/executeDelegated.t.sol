// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {BaseTest} from "../BaseTest.sol";

interface IDelegatedExecution {
    function executeDelegated(bytes calldata order, address submitter) external;
}

contract ExecuteDelegatedTest is BaseTest {
    function testFuzz_reverts_whenCalledFromOutside(address caller) public {
        vm.assume(caller != address(manager));
        bytes memory order = _signed(_grantTransfers(), _order(0, _transferData(1)));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.CallerNotAllowed.selector, caller));
        IDelegatedExecution(address(manager)).executeDelegated(order, key);
    }
}
