// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {Account} from "@openzeppelin/contracts/account/Account.sol";
import {ERC7821} from "@openzeppelin/contracts/account/extensions/draft-ERC7821.sol";
import {ERC7579Utils} from "@openzeppelin/contracts/account/utils/draft-ERC7579Utils.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Execution} from "@openzeppelin/contracts/interfaces/draft-IERC7579.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";
import {ERC7739} from "@openzeppelin/contracts/utils/cryptography/signers/draft-ERC7739.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ISessionAccount} from "../interfaces/ISessionAccount.sol";

/// @title SessionAccount
/// @notice A smart account of one owner that also makes the calls of its session manager. The owner, or the account itself,
/// may do anything with it (ERC-7821 `execute`); the manager may do what a session allows.
/// @dev Used as a clone whose immutable argument is the owner, or as the code of an EOA under EIP-7702, which then owns
/// itself. No storage, no upgrade. ERC-1271 answers for the owner only, through ERC-7739, so a signature for one account
/// is worth nothing to another; session keys sign nothing.
contract SessionAccount is ISessionAccount, ERC7821, ERC7739, ERC721Holder, ERC1155Holder {
    /// @notice The only caller of `executeCallInOrder`.
    address public immutable MANAGER;

    uint256 private constant MAX_RETURN = 256;
    /// @dev The usual mode of ERC-7821, known without taking it apart.
    bytes32 private constant BATCH = bytes32(uint256(1) << 248);
    /// @dev Code length of a clone (45) with one address as its argument.
    uint256 private constant CLONE_CODE_LENGTH = 65;
    uint256 private constant CLONE_ARGUMENT_AT = 45;

    error ExecutorNotAllowed(address caller, address manager);

    constructor(address manager) EIP712("Latchkey SessionAccount", "1") {
        MANAGER = manager;
    }

    receive() external payable {}

    /// @notice Who controls the account: the clone's argument, or the EOA itself under EIP-7702.
    function owner() public view returns (address) {
        if (address(this).code.length != CLONE_CODE_LENGTH) return address(this);
        address argument;
        // address(bytes20(Clones.fetchCloneArgs(address(this)))), without a copy in allocated memory.
        assembly ("memory-safe") {
            extcodecopy(address(), 0x00, CLONE_ARGUMENT_AT, 0x20)
            argument := shr(96, mload(0x00))
        }
        return argument;
    }

    /// @inheritdoc ERC7821
    /// @dev As `super.execute`, which collects all answers first: some 1,000 gas more for one call.
    function execute(bytes32 mode, bytes calldata executionData) public payable override {
        if (!_erc7821AuthorizedExecutor(msg.sender, mode, executionData)) {
            revert Account.AccountUnauthorized(msg.sender);
        }
        if (mode != BATCH) {
            if (!supportsExecutionMode(mode)) revert UnsupportedExecutionMode();
        }
        Execution[] calldata executions = ERC7579Utils.decodeBatch(executionData);
        for (uint256 i; i < executions.length; ++i) {
            Execution calldata execution = executions[i];
            address target = execution.target;
            if (target == address(0)) target = address(this);
            _call(target, execution.value, execution.callData);
        }
    }

    /// @inheritdoc ISessionAccount
    /// @dev Its name is chosen so that its selector is the first that the dispatcher compares.
    function executeCallInOrder() external payable {
        if (msg.sender != MANAGER) revert ExecutorNotAllowed(msg.sender, MANAGER);
        bytes4 selector = ISessionAccount.executeCallInOrder.selector;
        // (address target, uint256 value) = the 20 and the 32 bytes behind the selector;
        // (bool ok, bytes memory answer) = target.call{value: value}(msg.data[56:]), answered as
        // bytes.concat(bytes32(selector), answer), but with a bounded copy and without a second one.
        assembly ("memory-safe") {
            let start := mload(0x40)
            let size := sub(calldatasize(), 56)
            calldatacopy(start, 56, size)
            let ok := call(gas(), shr(96, calldataload(4)), calldataload(24), start, size, 0, 0)
            size := returndatasize()
            if gt(size, MAX_RETURN) {
                size := MAX_RETURN
            }
            returndatacopy(add(start, 0x20), 0, size)
            if iszero(ok) {
                revert(add(start, 0x20), size)
            }
            mstore(start, selector)
            return(start, add(size, 0x20))
        }
    }

    /// @inheritdoc ERC1155Holder
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(IERC1271).interfaceId || super.supportsInterface(interfaceId);
    }

    function _erc7821AuthorizedExecutor(
        address caller,
        bytes32 mode,
        bytes calldata executionData
    ) internal view override returns (bool) {
        return caller == owner() || super._erc7821AuthorizedExecutor(caller, mode, executionData);
    }

    function _call(address target, uint256 value, bytes calldata data) private {
        bool ok;
        // (ok, answer) = target.call{value: value}(data) and Address.verifyCallResult(ok, answer), but without keeping
        // data or answer.
        assembly ("memory-safe") {
            let start := mload(0x40)
            calldatacopy(start, data.offset, data.length)
            ok := call(gas(), target, value, start, data.length, 0, 0)
            if iszero(or(ok, iszero(returndatasize()))) {
                returndatacopy(start, 0, returndatasize())
                revert(start, returndatasize())
            }
        }
        if (!ok) revert Errors.FailedCall();
    }

    /// @dev An account that owns itself is an EOA: asking its code would ask this function again.
    function _rawSignatureValidation(bytes32 hash, bytes calldata signature) internal view override returns (bool) {
        address owner_ = owner();
        if (owner_ != address(this)) return SignatureChecker.isValidSignatureNowCalldata(owner_, hash, signature);
        (address recovered, ECDSA.RecoverError err, ) = ECDSA.tryRecoverCalldata(hash, signature);
        return err == ECDSA.RecoverError.NoError && recovered == owner_;
    }
}
