// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

interface IParts {
    function GRANTS() external view returns (address);

    function CONTROL() external view returns (address);
}

/// @dev What the manager does with calls that it passes on to the code of its other parts.
contract FallbackTest is BaseTest {
    function test_refusesUnknownFunctions() public {
        (bool ok, bytes memory answer) = address(manager).call(abi.encodePacked(bytes4(0xdeadbeef), uint256(1)));
        assertFalse(ok);
        assertEq(answer.length, 0);
    }

    function test_refusesCallsWithoutFunction() public {
        (bool ok, ) = address(manager).call("");
        assertFalse(ok);
    }

    function test_refusesPlainValue() public {
        vm.deal(address(this), 1);
        (bool ok, ) = address(manager).call{value: 1}("");
        assertFalse(ok);
        assertEq(address(manager).balance, 0);
    }

    function test_refusesValueWithAFunctionOfEachPart() public {
        vm.deal(address(this), 1);
        bytes[3] memory calls = [
            abi.encodeCall(manager.revokeAll, ()),
            abi.encodeCall(manager.unpause, ()),
            abi.encodeCall(manager.packScope, (_transferScope()))
        ];
        for (uint256 i; i < calls.length; ++i) {
            (bool paid, ) = address(manager).call{value: 1}(calls[i]);
            (bool unpaid, ) = address(manager).call(calls[i]);
            assertFalse(paid);
            assertTrue(unpaid);
        }
    }

    function test_namesItsParts() public view {
        IParts parts = IParts(address(manager));
        assertTrue(parts.GRANTS().code.length != 0);
        assertTrue(parts.CONTROL().code.length != 0);
        assertTrue(parts.GRANTS() != parts.CONTROL());
    }

    /// @dev A part called by itself changes nothing of the manager's, and nobody's account listens to it.
    function test_grantsNothing_whenAPartIsCalledByItself() public {
        Grant memory prepared = _prepare(_session(), _scopes(_scope(address(token), token.increment.selector)));
        address grants = IParts(address(manager)).GRANTS();
        vm.prank(account);
        (bool ok, ) = grants.call(abi.encodeCall(manager.grant, (prepared.session, prepared.scopes)));
        assertTrue(ok);
        _assertStatus(prepared, ISessionTypes.SessionStatus.None);
    }

    function test_pausesNothing_whenAPartIsCalledByItself() public {
        address control = IParts(address(manager)).CONTROL();
        vm.prank(account);
        (bool ok, ) = control.call(abi.encodeCall(manager.pause, (account)));
        assertTrue(ok);
        assertFalse(manager.accountStateOf(account).paused);
    }

    function test_saysItsDomain() public view {
        (, string memory name, string memory version, uint256 chainId, address verifier, , ) = manager.eip712Domain();
        assertEq(bytes(name), "Latchkey");
        assertEq(bytes(version), "1");
        assertEq(chainId, block.chainid);
        assertEq(verifier, address(manager));
    }
}
