// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 15: half-open windows counted from `validAfter`, and what several limits leave, against a plain model.
contract PeriodsFuzzTest is BaseTest {
    mapping(uint256 limit => mapping(uint256 period => uint256)) private _spent;

    function testFuzz_chargesThePeriodItFallsInto(uint32 period, uint48 first, uint48 second, uint48 start) public {
        period = uint32(_bound(period, 1, VALID_FOR));
        start = START - uint48(_bound(start, 0, VALID_FOR / 2));
        first = uint48(_bound(first, START, start + VALID_FOR - 1));
        second = uint48(_bound(second, first, start + VALID_FOR - 1));
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, period));
        (session.validAfter, session.validUntil) = (start, start + VALID_FOR);
        Grant memory granted = _grant(session, _transferScope());
        vm.warp(first);
        _execute(granted, _order(0, _transferData(LIMIT)));
        vm.warp(second);
        bool same = (first - start) / period == (second - start) / period;
        assertEq(_remaining(granted), same ? 0 : LIMIT);
        bytes4 result = _executeBatch(_signed(granted, _order(1, _transferData(1))));
        assertEq(result, same ? ISessionErrors.LimitExceeded.selector : bytes4(0));
    }

    function testFuzz_agreesWithAModel_ofThreeLimits(uint256 seed) public {
        ISessionTypes.Session memory session = _session();
        session.limits = new ISessionTypes.Limit[](3);
        session.limits[0] = _limit(address(token), 1_000, 1 hours);
        session.limits[1] = _limit(address(token), 3_000, 1 days);
        session.limits[2] = _limit(address(token), 6_000, 0);
        Grant memory granted = _grant(session, _transferScope());
        uint256 now_ = START;
        for (uint24 nonce; nonce < 40; ++nonce) {
            uint256 random = uint256(keccak256(abi.encode(seed, nonce)));
            now_ += random % 3 == 0 ? (random >> 8) % 1 hours : 0;
            vm.warp(now_);
            uint256 amount = (random >> 32) % 700;
            bool fits = true;
            for (uint256 i; i < 3; ++i) {
                if (_spent[i][_index(session, i, now_)] + amount > session.limits[i].amount) fits = false;
            }
            bytes4 result = _executeBatch(_signed(granted, _order(nonce, _transferData(amount))));
            assertEq(result, fits ? bytes4(0) : ISessionErrors.LimitExceeded.selector);
            uint256[] memory left = manager.remaining(granted.packed);
            for (uint256 i; i < 3; ++i) {
                if (fits) _spent[i][_index(session, i, now_)] += amount;
                assertEq(left[i], session.limits[i].amount - _spent[i][_index(session, i, now_)]);
            }
        }
    }

    function _index(ISessionTypes.Session memory session, uint256 limit, uint256 now_) private pure returns (uint256) {
        uint256 period = session.limits[limit].period;
        return period == 0 ? 0 : (now_ - START) / period;
    }
}
