// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {SessionAccount} from "../../../contracts/accounts/SessionAccount.sol";
import {BaseTest} from "../BaseTest.sol";

contract SessionAccountReceiveTest is BaseTest {
    function test_receivesNative() public {
        vm.deal(address(this), 5);
        (bool ok, ) = account.call{value: 5}("");
        assertTrue(ok);
        assertEq(account.balance, BALANCE + 5);
    }

    function test_receives721() public {
        assertEq(
            SessionAccount(payable(account)).onERC721Received(address(0), address(0), 0, ""),
            IERC721Receiver.onERC721Received.selector
        );
    }

    function test_receives1155() public {
        assertEq(
            SessionAccount(payable(account)).onERC1155Received(address(0), address(0), 0, 0, ""),
            IERC1155Receiver.onERC1155Received.selector
        );
    }

    function test_receivesMany1155() public {
        uint256[] memory none = new uint256[](0);
        assertEq(
            SessionAccount(payable(account)).onERC1155BatchReceived(address(0), address(0), none, none, ""),
            IERC1155Receiver.onERC1155BatchReceived.selector
        );
    }

    function test_saysWhatItSupports() public view {
        assertTrue(SessionAccount(payable(account)).supportsInterface(0x1626ba7e));
        assertTrue(SessionAccount(payable(account)).supportsInterface(type(IERC1155Receiver).interfaceId));
        assertTrue(SessionAccount(payable(account)).supportsInterface(type(IERC165).interfaceId));
        assertFalse(SessionAccount(payable(account)).supportsInterface(0xffffffff));
    }
}
