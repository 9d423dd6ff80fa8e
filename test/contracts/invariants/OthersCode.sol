// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IPermit2} from "../../../contracts/interfaces/IPermit2.sol";
import {Erc7579Account} from "../../../contracts/test/Erc7579Account.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev What an owner asks of a Safe.
interface IOwnedSafe {
    function setup(
        address[] calldata owners,
        uint256 threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address paymentToken,
        uint256 payment,
        address paymentReceiver
    ) external;

    function enableModule(address module) external;

    function disableModule(address previous, address module) external;
}

/// @title Permit2, Safes and ERC-7579 accounts, with the code that others wrote
/// @dev Permit2 at its own address, Safe 1.4.1 as published, and an account that is all OpenZeppelin's.
abstract contract OthersCode is BaseTest {
    IPermit2 internal constant PERMIT2 = IPermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);
    string private constant PERMIT2_FILE =
        "node_modules/@uniswap/v4-periphery/lib/permit2/test/utils/DeployPermit2.sol";
    string private constant SAFE_FOLDER = "node_modules/@safe-global/safe-contracts/build/artifacts/contracts/";
    /// @dev The head of a Safe's list of modules.
    address private constant FIRST_MODULE = address(1);
    uint256 private constant EXECUTOR = 2;

    address private _singleton;

    function _etchPermit2() internal {
        // solhint-disable-next-line quotes
        vm.etch(address(PERMIT2), _bytesBetween(PERMIT2_FILE, 'hex"'));
    }

    /// @dev Of one owner; the manager is its only module.
    function _createSafe() internal returns (address safe) {
        if (_singleton == address(0)) _singleton = _create(_safeCode("Safe.sol/Safe.json"), "");
        safe = _create(_safeCode("proxies/SafeProxy.sol/SafeProxy.json"), abi.encode(_singleton));
        address[] memory owners = new address[](1);
        owners[0] = owner;
        IOwnedSafe(safe).setup(owners, 1, address(0), "", address(0), address(0), 0, address(0));
        _enableModule(safe);
    }

    function _createErc7579() internal returns (address account_) {
        account_ = _deploy("Erc7579Account.sol:Erc7579Account", abi.encode(owner));
        _installModule(account_);
    }

    function _enableModule(address safe) internal {
        vm.prank(safe);
        IOwnedSafe(safe).enableModule(address(manager));
    }

    function _disableModule(address safe) internal {
        vm.prank(safe);
        IOwnedSafe(safe).disableModule(FIRST_MODULE, address(manager));
    }

    function _installModule(address account_) internal {
        vm.prank(owner);
        Erc7579Account(payable(account_)).installModule(EXECUTOR, address(manager), "");
    }

    function _uninstallModule(address account_) internal {
        vm.prank(owner);
        Erc7579Account(payable(account_)).uninstallModule(EXECUTOR, address(manager), "");
    }

    function _safeCode(string memory artifact) private view returns (bytes memory) {
        // solhint-disable-next-line quotes
        return _bytesBetween(string.concat(SAFE_FOLDER, artifact), '"bytecode": "0x');
    }

    /// @dev The hexadecimal digits in `file` from `start` to the next quotation mark.
    function _bytesBetween(string memory file, string memory start) private view returns (bytes memory) {
        // solhint-disable-next-line quotes
        string memory digits = vm.split(vm.split(vm.readFile(file), start)[1], '"')[0];
        return vm.parseBytes(string.concat("0x", digits));
    }

    function _create(bytes memory code, bytes memory arguments) private returns (address created) {
        bytes memory input = bytes.concat(code, arguments);
        assembly ("memory-safe") {
            created := create(0, add(input, 32), mload(input))
        }
        assertTrue(created != address(0), "not created");
    }
}
