// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

contract ScopesTreeFuzzTest is BaseTest {
    function testFuzz_admitsEveryScope_ofAnyNumber(uint8 count, uint8 pick, bytes32 seed) public {
        count = uint8(_bound(count, 1, 40));
        Grant memory granted = _grant(_session(), _many(count, seed));
        uint256 position = pick % count;
        bytes memory data = abi.encodePacked(granted.scopes[position].selector);
        // Targets have no code: a call to them does nothing, and succeeds.
        assertEq(_executeBatch(_signed(granted, _order(0, CallSpec(position, 0, data)))), bytes4(0));
    }

    function testFuzz_refusesAScopeOfAnotherSession(uint8 count, uint8 pick, bytes32 seed) public {
        count = uint8(_bound(count, 1, 40));
        Grant memory granted = _grant(_session(), _many(count, seed));
        uint256 position = pick % count;
        granted.scopes[position].target = _address("elsewhere");
        granted.leaves[position] = manager.hashScope(granted.scopes[position]);
        bytes memory data = abi.encodePacked(granted.scopes[position].selector);
        assertEq(
            _executeBatch(_signed(granted, _order(0, CallSpec(position, 0, data)))),
            ISessionErrors.ScopeNotGranted.selector
        );
    }

    /// @dev A proof of one scope proves no other, and a proof too long or too short proves nothing.
    function testFuzz_refusesOtherProofs(uint8 count, uint8 pick, uint8 other, bytes32 seed) public {
        count = uint8(_bound(count, 2, 40));
        Grant memory granted = _grant(_session(), _many(count, seed));
        uint256 position = pick % count;
        uint256 wrong = (position + 1 + (other % (count - 1))) % count;
        // Keep the scope and sign its leaf, but show the tree with another's leaf in its place.
        bytes32 leaf = granted.leaves[position];
        (granted.leaves[position], granted.leaves[wrong]) = (granted.leaves[wrong], leaf);
        (granted.scopes[position], granted.scopes[wrong]) = (granted.scopes[wrong], granted.scopes[position]);
        if (_siblings(position, wrong)) return;
        bytes memory data = abi.encodePacked(granted.scopes[position].selector);
        assertEq(
            _executeBatch(_signed(granted, _order(0, CallSpec(position, 0, data)))),
            ISessionErrors.ScopeNotGranted.selector
        );
    }

    function testFuzz_rootIsThatOfTheReference(uint8 count, bytes32 seed) public {
        count = uint8(_bound(count, 1, 40));
        ISessionTypes.Scope[] memory scopes = _many(count, seed);
        // `_prepare` computes the root on its own; the grant reverts if the manager's differs.
        _assertStatus(_grant(_session(), scopes), ISessionTypes.SessionStatus.Active);
    }

    function test_refusesAnInnerNodeAsAScope() public {
        Grant memory granted = _grant(_session(), _many(4, "inner"));
        bytes32 left = keccak256(bytes.concat(granted.leaves[0], granted.leaves[1]));
        // 64 bytes that hash to the inner node, given as a packed scope.
        bytes memory scope = bytes.concat(granted.leaves[0], granted.leaves[1]);
        bytes32 right = keccak256(bytes.concat(granted.leaves[2], granted.leaves[3]));
        bytes memory head = abi.encodePacked(
            GAS_LIMIT,
            uint24(0),
            START + 100,
            uint16(granted.packed.length),
            granted.packed
        );
        bytes memory call = abi.encodePacked(uint16(scope.length), scope, uint8(1), right, uint128(0), uint24(0));
        bytes memory order = bytes.concat(head, hex"01", call, new bytes(6));
        vm.prank(key);
        vm.expectPartialRevert(ISessionErrors.ScopeNotGranted.selector);
        manager.execute(order);
        assertTrue(left != right);
    }

    function _siblings(uint256 a, uint256 b) private pure returns (bool) {
        // Neighbours of one pair prove each other: the tree hashes sorted pairs.
        return a / 2 == b / 2;
    }

    function _many(uint256 count, bytes32 seed) private pure returns (ISessionTypes.Scope[] memory scopes) {
        scopes = new ISessionTypes.Scope[](count);
        for (uint256 i; i < count; ++i) {
            bytes32 word = keccak256(abi.encode(seed, i));
            scopes[i] = _scope(address(uint160(uint256(word))), bytes4(0x11223344));
        }
    }
}
