// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title Selectors no scope may name, on any target
/// @dev Functions that approve, delegate, execute for another or administer: with one of them a session key could leave
/// behind authority that no limit meters. The table cannot be complete; what lies beyond it is the owner's choice.
library ForbiddenSelectors {
    /// @dev Bit i set = an entry of the table starts with byte i, so that most selectors need no search.
    uint256 private constant FIRST_BYTES = 0x4505e20b01f0c46b18c000948a60a1800652064e102680c522538c00010e2a00;

    /// @notice The table, ascending, 4 bytes each.
    function table() internal pure returns (bytes memory) {
        return
            // approve(address,uint256)
            hex"095ea7b3"
            // delegationWithSig(address,address,uint256,uint256,uint8,bytes32,bytes32)
            hex"0b52d558"
            // addOwnerWithThreshold(address,uint256)
            hex"0d582f13"
            // transferFrom((address,address,uint160,address)[])
            hex"0d58b1db"
            // allow(address,bool)
            hex"110496e5"
            // transferAndCall(address,uint256)
            hex"1296ee62"
            // permitWitnessTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes32,string,bytes)
            hex"137c29fe"
            // setOwner(address)
            hex"13af4035"
            // executeBatch(address[],bytes[])
            hex"18dfb3c7"
            // permit(address,((address,uint160,uint48,uint48)[],address,uint256),bytes)
            hex"2a2d80d1"
            // permit(address,((address,uint160,uint48,uint48),address,uint256),bytes)
            hex"2b67b570"
            // grantRole(bytes32,address)
            hex"2f2ff15d"
            // permitTransferFrom(((address,uint256),uint256,uint256),(address,uint256),address,bytes)
            hex"30f28b7a"
            // delegateAll(address,bytes32,bool)
            hex"30ff3140"
            // approveAndCall(address,uint256)
            hex"3177029f"
            // executeBatch((address,uint256,bytes)[])
            hex"34fcd5be"
            // renounceRole(bytes32,address)
            hex"36568abe"
            // upgradeTo(address)
            hex"3659cfe6"
            // transferFrom(address,address,uint160,address)
            hex"36c78516"
            // increaseAllowance(address,uint256)
            hex"39509351"
            // setManager(address,address,bool)
            hex"3d7859fd"
            // transferAndCall(address,uint256,bytes)
            hex"4000aea0"
            // approve(address,uint256,uint256)
            hex"426a8493"
            // execTransactionFromModule(address,uint256,bytes,uint8)
            hex"468721a7"
            // executeBatch(address[],uint256[],bytes[])
            hex"47e1da2a"
            // upgradeToAndCall(address,bytes)
            hex"4f1ef286"
            // execute(address,uint256,bytes,uint8)
            hex"51945447"
            // execTransactionFromModuleReturnData(address,uint256,bytes,uint8)
            hex"5229073f"
            // setOperator(address,bool)
            hex"558a7297"
            // delegate(address)
            hex"5c19a95c"
            // enableModule(address)
            hex"610b5925"
            // operatorSend(address,address,uint256,bytes,bytes)
            hex"62ad1b83"
            // beginDefaultAdminTransfer(address)
            hex"634e93da"
            // decreaseApproval(address,uint256)
            hex"66188463"
            // changeThreshold(uint256)
            hex"694e80c3"
            // execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)
            hex"6a761202"
            // renounceOwnership()
            hex"715018a6"
            // permit(address,uint256,uint256,bytes)
            hex"745a41bc"
            // handleOps((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)[],address)
            hex"765e827f"
            // acceptOwnership()
            hex"79ba5097"
            // setAuthority(address)
            hex"7a9e5e4b"
            // permit(address,uint256,uint256,uint8,bytes32,bytes32)
            hex"7ac2ff7b"
            // approve(address,address,uint160,uint48)
            hex"87517c45"
            // receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)
            hex"88b7ab63"
            // executeUserOp((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes),bytes32)
            hex"8dd7712f"
            // changeAdmin(address)
            hex"8f283970"
            // permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)
            hex"8fcbaf0c"
            // installModule(uint256,address,bytes)
            hex"9517e29f"
            // authorizeOperator(address)
            hex"959b8c3f"
            // upgradeAndCall(address,address,bytes)
            hex"9623609d"
            // upgrade(address,address)
            hex"99a88ec4"
            // send(address,uint256,bytes)
            hex"9bd9bbc6"
            // permit(address,address,uint256,uint256,bytes)
            hex"9fd5a6cf"
            // setApprovalForAll(address,bool)
            hex"a22cb465"
            // decreaseAllowance(address,uint256)
            hex"a457c2d7"
            // uninstallModule(uint256,address,bytes)
            hex"a71763a8"
            // execute(address,uint256,bytes)
            hex"b61d27f6"
            // setup(address[],uint256,address,bytes,address,address,uint256,address)
            hex"b63e800d"
            // push(address,uint256)
            hex"b753a98c"
            // allowBySig(address,address,bool,uint256,uint256,uint8,bytes32,bytes32)
            hex"bb24d994"
            // move(address,address,uint256)
            hex"bb35783b"
            // setOperator(address,address,bool)
            hex"bc735d90"
            // approveDelegation(address,uint256)
            hex"c04a8a10"
            // transferFromAndCall(address,address,uint256,bytes)
            hex"c1d34b89"
            // delegateBySig(address,uint256,uint256,uint8,bytes32,bytes32)
            hex"c3cda520"
            // permitForAll(address,address,uint256,bool,bytes)
            hex"c54e22fa"
            // execTransactionWithRole(address,uint256,bytes,uint8,bytes32,bool)
            hex"c6fe8747"
            // approveAndCall(address,uint256,bytes)
            hex"cae9ca51"
            // redeemDelegations(bytes[],bytes32[],bytes[])
            hex"cef6d209"
            // transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)
            hex"cf092995"
            // approveHash(bytes32)
            hex"d4d9bdcd"
            // permit(address,address,uint256,uint256,uint8,bytes32,bytes32)
            hex"d505accf"
            // revokeRole(bytes32,address)
            hex"d547741f"
            // executeFromExecutor(bytes32,bytes)
            hex"d691c964"
            // increaseApproval(address,uint256)
            hex"d73dd623"
            // transferFromAndCall(address,address,uint256)
            hex"d8fbe994"
            // disableModule(address,address)
            hex"e009cfde"
            // setModuleGuard(address)
            hex"e068df37"
            // setGuard(address)
            hex"e19a9dd9"
            // swapOwner(address,address,address)
            hex"e318b52b"
            // transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)
            hex"e3ee160e"
            // execute(bytes32,bytes)
            hex"e9ae5c53"
            // permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)
            hex"edd9444b"
            // setAuthorization(address,bool)
            hex"eecea000"
            // receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)
            hex"ef55bec6"
            // setFallbackHandler(address)
            hex"f08a0323"
            // pull(address,uint256)
            hex"f2d5d56b"
            // transferOwnership(address)
            hex"f2fde38b"
            // removeOwner(address,address,uint256)
            hex"f8dc5dd9"
            // setRelayerApproval(address,address,bool)
            hex"fa6e671d"
            // revokeOperator(address)
            hex"fad8b32a"
            // permitWitnessTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes32,string,bytes)
            hex"fe8ec1a7";
    }

    function contains(bytes4 selector) internal pure returns (bool) {
        if ((FIRST_BYTES >> uint8(bytes1(selector))) & 1 == 0) return false;
        bytes memory sorted = table();
        uint256 low;
        uint256 high = sorted.length / 4;
        // low <= middle < high <= sorted.length / 4.
        unchecked {
            while (low < high) {
                uint256 middle = (low + high) / 2;
                bytes4 entry = _at(sorted, middle);
                if (entry == selector) return true;
                if (entry < selector) low = middle + 1;
                else high = middle;
            }
        }
        return false;
    }

    function _at(bytes memory sorted, uint256 index) private pure returns (bytes4 entry) {
        // bytes4 of sorted[4 * index], which Solidity can only assemble byte by byte.
        assembly ("memory-safe") {
            entry := shl(224, shr(224, mload(add(add(sorted, 32), mul(index, 4)))))
        }
    }
}
