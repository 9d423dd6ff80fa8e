// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {ISessionErrors} from "../../../contracts/interfaces/ISessionErrors.sol";
import {ISessionTypes} from "../../../contracts/interfaces/ISessionTypes.sol";
import {BaseTest} from "../BaseTest.sol";

/// @dev HAZARDS 3: a signature wrapped as ERC-6492 has it asks whoever checks it to make a call first.
contract Erc6492Test is BaseTest {
    bytes32 private constant MAGIC = 0x6492649264926492649264926492649264926492649264926492649264926492;

    function test_makesNoCall_forAnOrderOfAKeyThatIsNotDeployed() public {
        ISessionTypes.Session memory session = _session(_limit(address(token), LIMIT, PERIOD));
        session.signer = abi.encodePacked(_address("not deployed"));
        Grant memory granted = _grant(session, _transferScope());
        OrderSpec memory spec = _order(0, _transferData(1));
        bytes32 orderHash = _hash(granted, spec);
        bytes memory order = _pack(granted, spec, _wrap(_sign(KEY, orderHash)));
        _refuse(order, abi.encodeWithSelector(ISessionErrors.SignatureInvalid.selector, orderHash));
        assertEq(token.count(), 0);
    }

    function test_makesNoCall_forAGrantOfAnAccountThatIsNotDeployed() public {
        account = factory.getAddress(owner, "not deployed");
        Grant memory granted = _prepare(_session(_limit(address(token), LIMIT, PERIOD)), _scopes(_transferScope()));
        uint48 deadline = START + 1 hours;
        bytes32 digest = manager.hashGrant(granted.session, granted.scopes, deadline);
        bytes memory signature = _wrap(_sign(OWNER_KEY, digest));
        vm.expectRevert(abi.encodeWithSelector(ISessionErrors.ControlSignatureInvalid.selector, digest));
        manager.grantWithSignature(granted.session, granted.scopes, deadline, signature);
        assertEq(token.count(), 0);
        assertEq(account.code.length, 0);
    }

    /// @dev The call is one that anyone may make and whose effect shows.
    function _wrap(bytes memory signature) private view returns (bytes memory) {
        return bytes.concat(abi.encode(token, abi.encodeCall(token.increment, ()), signature), MAGIC);
    }
}
