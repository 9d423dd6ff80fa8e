// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IAbiErrors} from "../../../contracts/interfaces/IAbiErrors.sol";
import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {DelegationTest} from "../DelegationTest.sol";

/// @dev Permission contexts, modes and calls that are no delegation: each is refused with what is wrong.
contract RedeemDelegationsMalformedTest is DelegationTest {
    /// @dev A word put into well-formed bytes, and what it is refused for.
    struct Fault {
        uint256 place;
        uint256 word;
        uint256 found;
        uint256 max;
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Modes and numbers
    // ---------------------------------------------------------------------------------------------------------------

    /// @dev Anything but one call or several that revert on failure: trying, static and delegating calls, payloads.
    function test_reverts_inEveryOtherMode() public {
        Redemption memory redemption = _transfer();
        bytes32[9] memory modes = [
            bytes32(uint256(1) << 240),
            bytes32((uint256(1) << 248) | (uint256(1) << 240)),
            bytes32(uint256(0xfe) << 248),
            bytes32(uint256(0xff) << 248),
            bytes32(uint256(2) << 248),
            bytes32(uint256(1)),
            bytes32((uint256(1) << 248) | 1),
            bytes32(uint256(0x78210001) << 176),
            keccak256("nonsense")
        ];
        for (uint256 i; i < modes.length; ++i) {
            redemption.mode = modes[i];
            _refuse(redemption, abi.encodeWithSelector(ISessionErrors.DelegationModeNotSupported.selector, modes[i]));
        }
    }

    function test_reverts_whenContextsModesAndCallsDifferInNumber() public {
        uint256[3][3] memory counts = [[uint256(1), 1, 2], [uint256(1), 2, 1], [uint256(2), 1, 1]];
        for (uint256 i; i < counts.length; ++i) {
            vm.expectRevert(ISessionErrors.DelegationLengthsDiffer.selector);
            manager.redeemDelegations(
                new bytes[](counts[i][0]),
                new bytes32[](counts[i][1]),
                new bytes[](counts[i][2])
            );
        }
    }

    function test_reverts_whenScopesAndCallsDifferInNumber() public {
        Redemption memory redemption = _transfer();
        redemption.delegation.scopes = new bytes[](2);
        _refuse(redemption, abi.encodeWithSelector(ISessionErrors.DelegationLengthsDiffer.selector));
    }

    function test_reverts_whenProofsAndCallsDifferInNumber() public {
        Redemption memory redemption = _transfer();
        redemption.delegation.proofs = new bytes[](0);
        _refuse(redemption, abi.encodeWithSelector(ISessionErrors.DelegationLengthsDiffer.selector));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What a packed order could not hold
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenAProofIsNotOfWholeWords() public {
        Redemption memory redemption = _transfer();
        redemption.delegation.proofs[0] = new bytes(33);
        _refusePart(redemption, "proof", 33, 32 * 255);
    }

    function test_reverts_whenAProofIsTooLong() public {
        Redemption memory redemption = _transfer();
        redemption.delegation.proofs[0] = new bytes(32 * 256);
        _refusePart(redemption, "proof", 32 * 256, 32 * 255);
    }

    function test_reverts_whenAScopeIsTooShort() public {
        Redemption memory redemption = _transfer();
        redemption.delegation.scopes[0] = new bytes(21);
        _refusePart(redemption, "scope", 21, 22);
    }

    function test_reverts_whenAScopeIsTooLong() public {
        Redemption memory redemption = _transfer();
        redemption.delegation.scopes[0] = bytes.concat(redemption.delegation.scopes[0], new bytes(65_535));
        _refusePart(redemption, "scope", redemption.delegation.scopes[0].length, 65_535);
    }

    function test_reverts_whenASessionIsTooLong() public {
        Redemption memory redemption = _transfer();
        redemption.delegation.session = new bytes(65_536);
        _refusePart(redemption, "session", 65_536, 65_535);
    }

    function test_reverts_whenASignatureIsTooLong() public {
        Redemption memory redemption = _transfer();
        redemption.delegation.signature = new bytes(65_536);
        _refusePart(redemption, "signature", 65_536, 65_535);
    }

    function test_reverts_whenALeaseIsTooLong() public {
        Redemption memory redemption = _transfer();
        redemption.delegation.lease = new bytes(65_536);
        _refusePart(redemption, "lease", 65_536, 65_535);
    }

    function test_reverts_whenAnApprovalIsTooLong() public {
        Redemption memory redemption = _transfer();
        redemption.delegation.approval = new bytes(65_536);
        _refusePart(redemption, "approval", 65_536, 65_535);
    }

    function test_reverts_whenAValueIsBeyondWhatAnOrderCanCarry() public {
        Redemption memory redemption = _transfer();
        redemption.calls = abi.encodePacked(token, uint256(1) << 128, _transferData(5));
        _refusePart(redemption, "value", 1 << 128, type(uint128).max);
    }

    function test_reverts_whenThereAreMoreCallsThanAnOrderCanCarry() public {
        OrderSpec memory spec = _order(0);
        spec.calls = new CallSpec[](256);
        Redemption memory redemption = _redemption(_grantTransfers(), spec);
        _refusePart(redemption, "calls", 256, 255);
    }

    function test_reverts_whenASingleCallHasNoTargetAndValue() public {
        Redemption memory redemption = _transfer();
        redemption.calls = new bytes(51);
        _refusePart(redemption, "call", 51, 52);
    }

    // ---------------------------------------------------------------------------------------------------------------
    // What is not ABI-encoded
    // ---------------------------------------------------------------------------------------------------------------

    function test_reverts_whenAContextIsShorterThanAWord() public {
        Redemption memory redemption = _transfer();
        for (uint256 length; length < 32; length += 31) {
            _refuse(redemption, new bytes(length), abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, 0, length));
        }
    }

    function test_reverts_whenAContextIsNonsense() public {
        Redemption memory redemption = _transfer();
        bytes32 nonsense = keccak256("nonsense");
        _refuse(
            redemption,
            abi.encodePacked(nonsense),
            abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, nonsense, 32)
        );
    }

    function test_reverts_whenAContextIsCutShort() public {
        Redemption memory redemption = _transfer();
        bytes memory context = abi.encode(redemption.delegation);
        for (uint256 length = 32; length < context.length; length += 31) {
            bytes memory cut = _cut(context, length);
            vm.expectPartialRevert(IAbiErrors.AbiInvalid.selector);
            _redeem(redemption, cut);
        }
    }

    /// @dev Members of a `Delegation` start at the second word; the session is the first of its tails.
    function test_reverts_whenAWordOfAContextDoesNotFit() public {
        Redemption memory redemption = _transfer();
        bytes memory context = abi.encode(redemption.delegation);
        uint256 rest = context.length - 32;
        uint256 session = 32 * 9;
        uint256 beyond = rest + 1;
        Fault[11] memory faults = [
            // Where the delegation starts.
            Fault(0, context.length + 1, context.length + 1, context.length),
            Fault(0, context.length - 32 * 8, 32 * 9, 32 * 8),
            // Where the session is, and how long.
            Fault(32, beyond, beyond, rest),
            Fault(32, rest, 0, 0),
            Fault(32 + session, rest, rest, rest - session - 32),
            // Nonce, deadline and gas limit.
            Fault(64, 1 << 24, 1 << 24, type(uint24).max),
            Fault(96, 1 << 48, 1 << 48, type(uint48).max),
            Fault(128, 1 << 32, 1 << 32, type(uint32).max),
            // Scopes and proofs.
            Fault(160, type(uint256).max, type(uint256).max, rest),
            Fault(192, beyond, beyond, rest),
            // The signature.
            Fault(224, beyond, beyond, rest)
        ];
        for (uint256 i; i < faults.length; ++i) {
            _refuse(redemption, _with(context, faults[i]), _reasonOf(faults[i]));
        }
    }

    function test_reverts_whenAWordOfABatchDoesNotFit() public {
        Redemption memory redemption = _redemption(_grantTransfers(), _twoTransfers());
        bytes memory calls = redemption.calls;
        uint256 rest = calls.length - 64;
        uint256 tuple = rest - 64;
        Fault[7] memory faults = [
            // Where the calls are, and how many.
            Fault(0, calls.length + 1, calls.length + 1, calls.length),
            Fault(32, rest / 32 + 1, rest / 32 + 1, rest / 32),
            // Where the first is.
            Fault(64, rest + 1, rest + 1, rest),
            Fault(64, rest - 31, 0, 31),
            // Its target, and where its data is and how long.
            Fault(128, uint256(type(uint160).max) + 1, uint256(type(uint160).max) + 1, type(uint160).max),
            Fault(192, tuple + 1, tuple + 1, tuple),
            Fault(224, tuple, tuple, tuple - 128)
        ];
        for (uint256 i; i < faults.length; ++i) {
            redemption.calls = _with(calls, faults[i]);
            _refuse(redemption, _reasonOf(faults[i]));
        }
    }

    function test_reverts_whenABatchIsCutShort() public {
        Redemption memory redemption = _redemption(_grantTransfers(), _twoTransfers());
        bytes memory calls = redemption.calls;
        for (uint256 length; length < calls.length - 32; length += 31) {
            redemption.calls = _cut(calls, length);
            bytes memory context = abi.encode(redemption.delegation);
            vm.expectPartialRevert(IAbiErrors.AbiInvalid.selector);
            _redeem(redemption, context);
        }
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _transfer() private returns (Redemption memory) {
        return _redemption(_grantTransfers(), _order(0, _transferData(5)));
    }

    function _refusePart(Redemption memory redemption, string memory part, uint256 given, uint256 bound) private {
        _refuse(redemption, abi.encodeWithSelector(ISessionErrors.DelegationInvalid.selector, part, given, bound));
    }

    function _reasonOf(Fault memory fault) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAbiErrors.AbiInvalid.selector, fault.found, fault.max);
    }

    function _with(bytes memory encoded, Fault memory fault) private pure returns (bytes memory faulty) {
        faulty = bytes.concat(encoded);
        (uint256 place, uint256 word) = (fault.place, fault.word);
        assembly ("memory-safe") {
            mstore(add(add(faulty, 32), place), word)
        }
    }

    function _cut(bytes memory encoded, uint256 length) private pure returns (bytes memory cut) {
        cut = bytes.concat(encoded);
        assembly ("memory-safe") {
            mstore(cut, length)
        }
    }
}
