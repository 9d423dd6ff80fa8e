// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {NATIVE_TOKEN} from "../../../contracts/libraries/NativeToken.sol";
import {BaseTest} from "../BaseTest.sol";

/// @title Sessions over an EOA whose code is a delegation to `SessionAccount` (EIP-7702)
/// @dev test/interop does the same by a transaction of type 4.
contract Eip7702Test is BaseTest {
    function setUp() public override {
        super.setUp();
        account = owner;
        vm.etch(owner, abi.encodePacked(hex"ef0100", implementation));
        token.mint(owner, BALANCE);
        vm.deal(owner, BALANCE);
    }

    function test_runs_orders_that_the_eoa_granted() public {
        Grant memory granted = _grantTransfers();
        _execute(granted, _order(0, _transferData(LIMIT)));
        assertEq(token.balanceOf(recipient), LIMIT);
        assertEq(_remaining(granted), 0);
    }

    function test_refuses_what_is_over_the_limit() public {
        Grant memory granted = _grantTransfers();
        _refuse(
            granted,
            _order(0, _transferData(LIMIT + 1)),
            abi.encodeWithSelector(
                ISessionErrors.LimitExceeded.selector,
                0,
                address(token),
                uint256(LIMIT) + 1,
                uint256(LIMIT)
            )
        );
    }

    function test_sends_native_tokens() public {
        Grant memory granted = _grant(
            _session(_limit(NATIVE_TOKEN, 1 ether, PERIOD)),
            _nativeScope(recipient, 1 ether)
        );
        _execute(granted, _order(0, CallSpec({scope: 0, value: 1 ether, data: ""})));
        assertEq(recipient.balance, 1 ether);
    }

    function test_reverts_once_the_eoa_delegates_no_more() public {
        Grant memory granted = _grantTransfers();
        vm.etch(owner, "");
        _refuse(
            granted,
            _order(0, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.CallReverted.selector, 0, bytes(""))
        );
    }
}
