// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {HostileModularAccount} from "../../../contracts/test/HostileModularAccount.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 2 and 16: accounts of other makers, which the manager has to take as they are. Each test runs for a Safe and
/// for an ERC-7579 account.
abstract contract HostileAccountsTest is BaseTest {
    HostileModularAccount internal modular;
    address internal module;

    function setUp() public override {
        super.setUp();
        modular = HostileModularAccount(payable(_deploy("HostileModularAccount.sol:HostileModularAccount")));
        account = address(modular);
        module = _address("module");
        token.mint(account, BALANCE);
        vm.deal(account, BALANCE);
    }

    function _kind() internal pure virtual returns (ISessionTypes.AccountKind);

    // ---------------------------------------------------------------------------------------------------------------
    // Calls
    // ---------------------------------------------------------------------------------------------------------------

    function test_runs_whenTheAccountIsHonest() public {
        Grant memory granted = _grantKind();
        _execute(granted, _order(0, _transferData(5)));
        assertEq(token.balanceOf(recipient), 5);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_reverts_withTheReason_whenTheTargetReverts() public {
        Grant memory granted = _grantKind();
        bytes memory data = _transferData(5);
        vm.prank(account);
        token.transfer(recipient, BALANCE);
        bytes memory reason = abi.encodeWithSignature(
            "ERC20InsufficientBalance(address,uint256,uint256)",
            account,
            0,
            5
        );
        _refuseCall(granted, _order(0, data), reason);
    }

    /// @dev An account that lies harms itself only: what it declared is charged.
    function test_chargesTheDeclaredAmount_whenTheAccountMakesNoCall() public {
        Grant memory granted = _grantKind();
        modular.set(HostileModularAccount.Behaviour.Lie, "");
        _execute(granted, _order(0, _transferData(5)));
        assertEq(token.balanceOf(recipient), 0);
        assertEq(_remaining(granted), LIMIT - 5);
    }

    function test_reverts_whenTheAccountReverts() public {
        Grant memory granted = _grantKind();
        modular.set(HostileModularAccount.Behaviour.Revert, "no");
        _refuseCall(granted, _order(0, _transferData(5)), "no");
    }

    /// @dev A Safe says in the same shape, but without reverting, that a call failed.
    function test_reverts_withTheReason_whenTheAccountRevertsWithAZeroWord() public {
        Grant memory granted = _grantKind();
        bytes memory reason = abi.encode(false, abi.encode("why"));
        modular.set(HostileModularAccount.Behaviour.Revert, reason);
        _refuseCall(granted, _order(0, _transferData(5)), reason);
    }

    /// @dev As after it has put the manager out.
    function test_reverts_withTheReason_whenTheAccountRefusesToApprove() public {
        Grant memory granted = _grantPull();
        modular.set(HostileModularAccount.Behaviour.Revert, "no");
        _refuseCall(granted, _order(0, abi.encodePacked(bytes4(0x11223344))), "no");
    }

    function test_reverts_withAtMost256Bytes_whenTheAccountRevertsWithABomb() public {
        Grant memory granted = _grantKind();
        bytes32 start = keccak256("a reason");
        modular.set(HostileModularAccount.Behaviour.Revert, bytes.concat(start, new bytes(5000)));
        _refuseCall(granted, _order(0, _transferData(5)), bytes.concat(start, new bytes(224)));
    }

    function test_usesTheNonce_whenTheAccountRevertsInABatch() public {
        Grant memory granted = _grantKind();
        modular.set(HostileModularAccount.Behaviour.Revert, "no");
        assertEq(_executeBatch(_signed(granted, _order(0, _transferData(5)))), ISessionErrors.CallReverted.selector);
        assertTrue(_isNonceUsed(granted, 0));
    }

    function test_failsTheOrder_whenTheAccountAnswersTooLittle() public {
        Grant memory granted = _grantKind();
        for (uint24 i; i < 3; ++i) {
            modular.set(HostileModularAccount.Behaviour.Nonsense, new bytes(i * 32));
            assertEq(
                _executeBatch(_signed(granted, _order(i, _transferData(5)))),
                ISessionErrors.CallReverted.selector
            );
        }
    }

    function test_leavesTheOthersAlone_whenTheAccountEatsTheGas() public {
        Grant memory granted = _grantKind();
        modular.set(HostileModularAccount.Behaviour.EatGas, "");
        account = factory.createAccount(owner, 0);
        Grant memory other = _grantTransfers();
        (bytes4 first, bytes4 second) = _executeBatch(
            _signed(granted, _order(0, _transferData(5))),
            _signed(other, _order(0, _transferData(7)))
        );
        assertEq(first, ISessionErrors.CallReverted.selector);
        assertEq(second, bytes4(0));
        assertEq(token.balanceOf(recipient), 7);
        assertTrue(_isNonceUsed(granted, 0));
    }

    // ---------------------------------------------------------------------------------------------------------------
    // Modules
    // ---------------------------------------------------------------------------------------------------------------

    function test_refusesAModule_atGrant() public {
        modular.setModule(module, 2);
        _refuseGrant(module);
    }

    function test_refusesAModule_atUse_whenItWasInstalledLater() public {
        Grant memory granted = _grantCallsOf(module);
        modular.setModule(module, 2);
        _refuseUse(granted);
    }

    function test_runs_whenTheTargetIsAModuleNoMore() public {
        Grant memory granted = _grantCallsOf(module);
        modular.setModule(module, 2);
        modular.setModule(module, 0);
        _execute(granted, _order(0, abi.encodePacked(bytes4(0x11223344))));
        assertTrue(_isNonceUsed(granted, 0));
    }

    function test_refusesEveryTarget_whenTheAccountDoesNotSayWhatIsAModule() public {
        HostileModularAccount.Modules[4] memory modes = [
            HostileModularAccount.Modules.All,
            HostileModularAccount.Modules.Revert,
            HostileModularAccount.Modules.Short,
            HostileModularAccount.Modules.Dirty
        ];
        Grant memory granted = _grantCallsOf(module);
        for (uint256 i; i < modes.length; ++i) {
            modular.setModules(modes[i]);
            _refuseGrant(module);
            _refuseUse(granted);
        }
    }

    function test_refusesEveryTarget_atGrant_whenTheAccountHasNoCode() public {
        account = _address("no code");
        _refuseGrant(recipient);
    }

    function test_refusesEveryTarget_atUse_whenTheAccountHasLostItsCode() public {
        Grant memory granted = _grantCallsOf(recipient);
        vm.etch(account, "");
        _refuse(
            granted,
            _order(0, abi.encodePacked(bytes4(0x11223344))),
            abi.encodeWithSelector(ISessionErrors.ForbiddenTargetCalled.selector, 0, recipient)
        );
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _kindSession() internal view returns (ISessionTypes.Session memory session) {
        session = _session();
        session.accountKind = _kind();
    }

    function _grantKind() internal returns (Grant memory) {
        return _grant(_limitedSession(), _transferScope());
    }

    /// @dev The recipient may pull the token.
    function _grantPull() internal returns (Grant memory) {
        return _grant(_limitedSession(), _spendScope(recipient, 0x11223344, address(token)));
    }

    function _limitedSession() internal view returns (ISessionTypes.Session memory session) {
        session = _kindSession();
        session.limits = _limits(_limit(address(token), LIMIT, PERIOD));
    }

    function _grantCallsOf(address target) internal returns (Grant memory) {
        return _grant(_kindSession(), _scope(target, 0x11223344));
    }

    function _refuseCall(Grant memory granted, OrderSpec memory spec, bytes memory reason) internal {
        _refuse(granted, spec, abi.encodeWithSelector(ISessionErrors.CallReverted.selector, 0, reason));
    }

    function _refuseGrant(address target) internal {
        ISessionTypes.Session memory session = _kindSession();
        ISessionTypes.Scope memory scope = _scope(target, 0x11223344);
        session.salt = bytes32(uint256(1));
        session.scopesRoot = manager.hashScope(scope);
        vm.prank(account);
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.TargetForbidden.selector, 0, target));
        manager.grant(session, _scopes(scope));
    }

    function _refuseUse(Grant memory granted) internal {
        _refuse(
            granted,
            _order(0, abi.encodePacked(bytes4(0x11223344))),
            abi.encodeWithSelector(ISessionErrors.ForbiddenTargetCalled.selector, 0, module)
        );
    }
}

contract HostileSafesTest is HostileAccountsTest {
    function _kind() internal pure override returns (ISessionTypes.AccountKind) {
        return ISessionTypes.AccountKind.Safe;
    }

    function test_reverts_withTheReason_whenTheSafeSaysThatTheCallFailed() public {
        Grant memory granted = _grantKind();
        modular.set(HostileModularAccount.Behaviour.Fail, "why");
        _refuseCall(granted, _order(0, _transferData(5)), "why");
    }

    function test_reverts_withTheReason_whenTheSafeSaysThatAnApprovalFailed() public {
        Grant memory granted = _grantPull();
        modular.set(HostileModularAccount.Behaviour.Fail, "why");
        _refuseCall(granted, _order(0, abi.encodePacked(bytes4(0x11223344))), "why");
    }

    function test_reverts_withAtMost256Bytes_whenTheSafesReasonIsABomb() public {
        Grant memory granted = _grantKind();
        modular.set(HostileModularAccount.Behaviour.Fail, new bytes(5000));
        _refuseCall(granted, _order(0, _transferData(5)), new bytes(256));
    }

    /// @dev Only a clean 1 is a success.
    function test_failsTheOrder_whenTheSafesSuccessIsDirty() public {
        Grant memory granted = _grantKind();
        modular.set(HostileModularAccount.Behaviour.Nonsense, abi.encode(2, 64, 0));
        assertEq(_executeBatch(_signed(granted, _order(0, _transferData(5)))), ISessionErrors.CallReverted.selector);
    }

    function test_reverts_withoutAReason_whenTheSafeAnswersTooLittleForOne() public {
        Grant memory granted = _grantKind();
        for (uint24 i; i < 3; ++i) {
            modular.set(HostileModularAccount.Behaviour.Nonsense, new bytes(i * 32));
            _refuseCall(granted, _order(0, _transferData(5)), "");
        }
    }

    /// @dev A reason that claims to be longer than what was answered.
    function test_failsTheOrder_whenTheSafesReasonIsCutShort() public {
        Grant memory granted = _grantKind();
        modular.set(HostileModularAccount.Behaviour.Nonsense, abi.encode(0, 64, type(uint256).max));
        assertEq(_executeBatch(_signed(granted, _order(0, _transferData(5)))), ISessionErrors.CallReverted.selector);
        assertTrue(_isNonceUsed(granted, 0));
    }

    function test_reverts_whenATokenAnswersFalse_throughTheSafe() public {
        Grant memory granted = _grantKind();
        modular.set(HostileModularAccount.Behaviour.Nonsense, abi.encode(true, abi.encode(false)));
        _refuse(
            granted,
            _order(0, _transferData(5)),
            abi.encodeWithSelector(ISessionErrors.TokenRefused.selector, token)
        );
    }
}

contract HostileErc7579AccountsTest is HostileAccountsTest {
    function _kind() internal pure override returns (ISessionTypes.AccountKind) {
        return ISessionTypes.AccountKind.Erc7579;
    }

    function test_refusesModulesOfEveryType_atGrant() public {
        for (uint256 type_ = 1; type_ <= 4; ++type_) {
            modular.setModule(module, type_);
            _refuseGrant(module);
        }
    }

    function test_refusesModulesOfEveryType_atUse() public {
        Grant memory granted = _grantCallsOf(module);
        for (uint256 type_ = 1; type_ <= 4; ++type_) {
            modular.setModule(module, type_);
            _refuseUse(granted);
        }
    }

    function test_failsTheOrder_whenTheAnswerHasNoRoomForALength() public {
        Grant memory granted = _grantKind();
        modular.set(HostileModularAccount.Behaviour.Nonsense, new bytes(127));
        assertEq(_executeBatch(_signed(granted, _order(0, _transferData(5)))), ISessionErrors.CallReverted.selector);
    }
}
