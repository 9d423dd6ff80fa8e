// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {Collectible} from "../../../contracts/test/Collectible.sol";
import {DemoToken} from "../../../contracts/test/DemoToken.sol";
import {HostileToken} from "../../../contracts/test/HostileToken.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 16: tokens that are not as one thinks. Answers and unreadable balances are in `executeLimits.t.sol`.
contract TokensTest is BaseTest {
    HostileToken internal hostile;
    Collectible internal collectible;

    function setUp() public override {
        super.setUp();
        hostile = HostileToken(_deploy("HostileToken.sol:HostileToken"));
        hostile.mint(account, 1000);
        collectible = Collectible(_deploy("Collectible.sol:Collectible"));
    }

    /// @dev An id is charged as if it were an amount: the higher of it and the one token that leaves.
    function test_chargesTheId_ofA721BehindA20Limit() public {
        collectible.mint(account, 3);
        Grant memory granted = _grantCollectibles(5);
        _execute(granted, _order(0, _collectibleTransfer(3)));
        assertEq(_remaining(granted), 2);
    }

    function test_chargesOne_ofA721WithIdZero() public {
        collectible.mint(account, 0);
        Grant memory granted = _grantCollectibles(5);
        _execute(granted, _order(0, _collectibleTransfer(0)));
        assertEq(_remaining(granted), 4);
    }

    function test_refusesAHighId_ofA721BehindA20Limit() public {
        collectible.mint(account, 1000);
        _refuse(
            _grantCollectibles(5),
            _order(0, _collectibleTransfer(1000)),
            abi.encodeWithSelector(ISessionErrors.LimitExceeded.selector, 0, address(collectible), 1000, 5)
        );
    }

    function test_refusesThe721sOwnTransfers_atGrant() public {
        bytes4 selector = bytes4(keccak256("safeTransferFrom(address,address,uint256)"));
        ISessionTypes.Session memory session = _session(_limit(address(collectible), 5, 0));
        ISessionTypes.Scope memory scope = _scope(address(collectible), selector);
        session.scopesRoot = manager.hashScope(scope);
        vm.prank(account);
        vm.expectRevert(
            abi.encodeWithSelector(ISessionErrors.SelectorForbidden.selector, 0, address(collectible), selector)
        );
        manager.grant(session, _scopes(scope));
    }

    function test_failsAndSpendsNothing_whenARecipientIsBlocked() public {
        Grant memory granted = _grantHostile();
        hostile.setAnswers(HostileToken.Answer.Revert, HostileToken.Answer.True);
        assertEq(_executeBatch(_signed(granted, _order(0, _transferData(5)))), ISessionErrors.CallReverted.selector);
        assertEq(_remaining(granted), 100);
    }

    /// @dev A balance that grows during the call hides nothing of what was declared.
    function test_chargesTheDeclaredAmount_whenATokenRebasesUpDuringTheCall() public {
        Grant memory granted = _grantHostile();
        hostile.setHook(address(hostile), abi.encodeCall(hostile.mint, (account, 500)));
        _execute(granted, _order(0, _transferData(5)));
        assertEq(_remaining(granted), 95);
    }

    function test_limitsATokenWithoutDecimals() public {
        _assertLimited(0, 7);
    }

    function test_limitsATokenWith77Decimals() public {
        _assertLimited(77, type(uint104).max);
    }

    /// @dev One whole token is more units than any limit can hold.
    function test_refusesAWholeToken_with77Decimals() public {
        DemoToken odd = _deployOdd(77);
        Grant memory granted = _grantOdd(odd, type(uint104).max);
        _refuse(
            granted,
            _order(0, _transferData(10 ** 77)),
            abi.encodeWithSelector(
                ISessionErrors.LimitExceeded.selector,
                0,
                address(odd),
                uint256(10 ** 77),
                type(uint104).max
            )
        );
    }

    // ---------------------------------------------------------------------------------------------------------------

    function _grantCollectibles(uint104 amount) private returns (Grant memory) {
        return
            _grant(
                _session(_limit(address(collectible), amount, 0)),
                _scope(address(collectible), collectible.transferFrom.selector)
            );
    }

    function _collectibleTransfer(uint256 id) private view returns (bytes memory) {
        return abi.encodeCall(collectible.transferFrom, (account, recipient, id));
    }

    function _grantHostile() private returns (Grant memory) {
        return _grant(_session(_limit(address(hostile), 100, 0)), _scope(address(hostile), hostile.transfer.selector));
    }

    function _deployOdd(uint8 decimals) private returns (DemoToken odd) {
        odd = DemoToken(_deploy("DemoToken.sol:DemoToken", abi.encode("Odd", "ODD", decimals)));
        odd.mint(account, 10 ** 77);
    }

    function _grantOdd(DemoToken odd, uint104 amount) private returns (Grant memory) {
        return _grant(_session(_limit(address(odd), amount, 0)), _scope(address(odd), odd.transfer.selector));
    }

    function _assertLimited(uint8 decimals, uint104 amount) private {
        DemoToken odd = _deployOdd(decimals);
        Grant memory granted = _grantOdd(odd, amount);
        _execute(granted, _order(0, _transferData(amount)));
        assertEq(odd.balanceOf(recipient), amount);
        assertEq(_remaining(granted), 0);
        _refuse(
            granted,
            _order(1, _transferData(1)),
            abi.encodeWithSelector(ISessionErrors.LimitExceeded.selector, 0, address(odd), uint256(amount) + 1, amount)
        );
    }
}
