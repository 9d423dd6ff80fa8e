// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {ForbiddenSelectors} from "../../../contracts/libraries/ForbiddenSelectors.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 1 and 2: what no scope may name.
contract ForbiddenTargetsTest is BaseTest {
    function test_refusesEverySelectorOfTheTable() public {
        bytes memory table = ForbiddenSelectors.table();
        assertEq(table.length % 4, 0);
        for (uint256 i; i < table.length; i += 4) _refuseSelector(_at(table, i));
    }

    function test_tableIsAscending() public pure {
        bytes memory table = ForbiddenSelectors.table();
        for (uint256 i = 4; i < table.length; i += 4) {
            assertTrue(uint32(_at(table, i)) > uint32(_at(table, i - 4)));
        }
    }

    function test_findsNothingElse() public pure {
        bytes memory table = ForbiddenSelectors.table();
        for (uint256 i; i < table.length; i += 4) {
            bytes4 selector = _at(table, i);
            unchecked {
                bytes4 next = bytes4(uint32(selector) + 1);
                if (i + 4 == table.length || next != _at(table, i + 4)) {
                    assertFalse(ForbiddenSelectors.contains(next));
                }
            }
        }
        assertFalse(ForbiddenSelectors.contains(0x00000000));
        assertFalse(ForbiddenSelectors.contains(0xffffffff));
        assertFalse(ForbiddenSelectors.contains(_transferSelector()));
    }

    function test_refusesEveryNameThatEscapedALimitElsewhere() public {
        string[36] memory names = [
            "approve(address,uint256)",
            "increaseAllowance(address,uint256)",
            "decreaseAllowance(address,uint256)",
            "increaseApproval(address,uint256)",
            "setApprovalForAll(address,bool)",
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
            "permit(address,address,uint256,uint256,bytes)",
            "permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)",
            "push(address,uint256)",
            "pull(address,uint256)",
            "move(address,address,uint256)",
            "approve(address,address,uint160,uint48)",
            "permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)",
            "permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)",
            "transferFrom(address,address,uint160,address)",
            "transferFrom((address,address,uint160,address)[])",
            "permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)",
            "approveDelegation(address,uint256)",
            "setOperator(address,bool)",
            "authorizeOperator(address)",
            "operatorSend(address,address,uint256,bytes,bytes)",
            "send(address,uint256,bytes)",
            "transferAndCall(address,uint256,bytes)",
            "approveAndCall(address,uint256,bytes)",
            "execute(address,uint256,bytes)",
            "execute(bytes32,bytes)",
            "executeFromExecutor(bytes32,bytes)",
            "executeBatch((address,uint256,bytes)[])",
            "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
            "execTransactionFromModule(address,uint256,bytes,uint8)",
            "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)",
            "enableModule(address)",
            "installModule(uint256,address,bytes)",
            "delegate(address)",
            "transferOwnership(address)",
            "redeemDelegations(bytes[],bytes32[],bytes[])"
        ];
        for (uint256 i; i < names.length; ++i) _refuseSelector(bytes4(keccak256(bytes(names[i]))));
    }

    /// @dev Refused at use as well, whatever a grant let through: here the account, by a hash no grant checked.
    function test_refusesTheAccount_atUse() public {
        _refuseTarget(account);
    }

    function test_refusesTheManager_atUse() public {
        _refuseTarget(address(manager));
    }

    function _refuseTarget(address target) private {
        Grant memory granted = _grantIncrement();
        Grant memory forged = _prepare(granted.session, _scopes(_scope(target, bytes4(0x11223344))));
        // Written as active by force: no grant gives such a session its word.
        bytes32 slot = keccak256(abi.encode(forged.id, _wordsSlot(granted.id)));
        bytes32 active = vm.load(address(manager), keccak256(abi.encode(granted.id, _wordsSlot(granted.id))));
        vm.store(address(manager), slot, active);
        _refuse(
            forged,
            _order(0, abi.encodePacked(bytes4(0x11223344))),
            abi.encodeWithSelector(ISessionErrors.ForbiddenTargetCalled.selector, 0, target)
        );
    }

    /// @dev The slot of the mapping of state words: the first in which a granted session's word is found.
    function _wordsSlot(bytes32 id) private view returns (uint256 slot) {
        while (vm.load(address(manager), keccak256(abi.encode(id, slot))) == 0) ++slot;
    }

    function _refuseSelector(bytes4 selector) private {
        ISessionTypes.Session memory session = _session();
        ISessionTypes.Scope memory scope = _scope(recipient, selector);
        session.scopesRoot = manager.hashScope(scope);
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.SelectorForbidden.selector, 0, recipient, selector));
        manager.grant(session, _scopes(scope));
    }

    function _at(bytes memory table, uint256 index) private pure returns (bytes4 selector) {
        for (uint256 i; i < 4; ++i) selector |= bytes4(table[index + i]) >> (8 * i);
    }

    function _transferSelector() private pure returns (bytes4) {
        return bytes4(keccak256("transfer(address,uint256)"));
    }
}
