// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

/// @title A Safe or an ERC-7579 account that does its worst
contract HostileModularAccount {
    enum Behaviour {
        Honest,
        /// Says that it made the call, and makes none.
        Lie,
        Revert,
        /// A Safe's way to say that the call failed.
        Fail,
        /// Answers with what it was told.
        Nonsense,
        EatGas
    }
    enum Modules {
        Honest,
        /// Every address is a module.
        All,
        Revert,
        Short,
        Dirty
    }

    Behaviour private _behaviour;
    Modules private _modules;
    bytes private _answer;
    mapping(address module => uint256 moduleType) private _moduleTypes;

    receive() external payable {}

    function set(Behaviour behaviour, bytes calldata answer) external {
        (_behaviour, _answer) = (behaviour, answer);
    }

    function setModules(Modules modules) external {
        _modules = modules;
    }

    /// @param moduleType As in ERC-7579; of a Safe, anything but 0.
    function setModule(address module, uint256 moduleType) external {
        _moduleTypes[module] = moduleType;
    }

    function executeFromExecutor(
        bytes32,
        bytes calldata executionCalldata
    ) external payable returns (bytes[] memory answers) {
        answers = new bytes[](1);
        if (!_misbehaves()) {
            address target = address(bytes20(executionCalldata[:20]));
            answers[0] = _call(target, uint256(bytes32(executionCalldata[20:52])), executionCalldata[52:]);
        }
    }

    function execTransactionFromModuleReturnData(
        address to,
        uint256 value,
        bytes calldata data,
        uint8
    ) external returns (bool success, bytes memory answer) {
        if (_behaviour == Behaviour.Fail) return (false, _answer);
        if (!_misbehaves()) answer = _call(to, value, data);
        return (true, answer);
    }

    function isModuleInstalled(uint256 moduleType, address module, bytes calldata) external view returns (bool) {
        return _isModule(_moduleTypes[module] == moduleType);
    }

    function isModuleEnabled(address module) external view returns (bool) {
        return _isModule(_moduleTypes[module] != 0);
    }

    /// @return Whether nothing is to be called.
    function _misbehaves() private view returns (bool) {
        if (_behaviour == Behaviour.EatGas) while (gasleft() > 0) {}
        if (_behaviour == Behaviour.Honest) return false;
        if (_behaviour == Behaviour.Lie) return true;
        bytes memory answer = _answer;
        bool fails = _behaviour == Behaviour.Revert;
        assembly ("memory-safe") {
            if fails {
                revert(add(answer, 32), mload(answer))
            }
            return(add(answer, 32), mload(answer))
        }
    }

    function _call(address target, uint256 value, bytes calldata data) private returns (bytes memory answer) {
        bool ok;
        (ok, answer) = target.call{value: value}(data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    function _isModule(bool isModule) private view returns (bool) {
        if (_modules == Modules.Revert) revert("no");
        if (_modules == Modules.Short) {
            assembly ("memory-safe") {
                mstore(0, 0)
                return(0, 31)
            }
        }
        if (_modules == Modules.Dirty) {
            assembly ("memory-safe") {
                mstore(0, 2)
                return(0, 32)
            }
        }
        return isModule || _modules == Modules.All;
    }
}
