/** Name of the library whose calls instrumentation inserts. */
export const hitLibraryName = "LatchkeyCoverage";

/**
 * Reports hits to the address that EDR listens to when it collects coverage.
 *
 * EDR's own library would write the hit at the free memory pointer and leave no return data, and these contracts keep what
 * they are about to send there and read what a call returned a few statements later. This one leaves both as they were:
 * it writes in scratch space and puts the return data back by way of the identity precompile.
 */
export const hitLibrary = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

library ${hitLibraryName} {
    function hit(uint256 id) internal pure {
        _asPure(_hit)(id);
    }

    function fork(uint256 id, bool condition) internal pure returns (bool) {
        hit(condition ? id : id + 1);
        return condition;
    }

    function _hit(uint256 id) private view {
        assembly ("memory-safe") {
            let size := returndatasize()
            if gt(size, 0x800) {
                size := 0x800
            }
            let kept := add(mload(0x40), 0x4000)
            if size {
                returndatacopy(kept, 0, size)
            }
            mstore(0x00, id)
            pop(staticcall(gas(), 0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE, 0x00, 0x20, 0, 0))
            if size {
                pop(staticcall(gas(), 4, kept, size, 0, 0))
            }
        }
    }

    function _asPure(function(uint256) view from) private pure returns (function(uint256) pure to) {
        assembly ("memory-safe") {
            to := from
        }
    }
}
`;
