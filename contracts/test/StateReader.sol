// SPDX-License-Identifier: MIT
pragma solidity ^0.8.35;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPermit2} from "../interfaces/IPermit2.sol";
import {ISessionManager} from "../interfaces/ISessionManager.sol";
import {ISessionTypes} from "../interfaces/ISessionTypes.sol";

/// @title Everything that a comparison with the reference model looks at, in one call
contract StateReader {
    IPermit2 private constant PERMIT2 = IPermit2(0x000000000022D473030F116dDEE9F6B43aC78BA3);

    struct SessionView {
        ISessionTypes.SessionState state;
        uint256[] remaining;
        uint256[] unapproved;
    }

    struct Question {
        ISessionManager manager;
        bytes[] sessions;
        address[] accounts;
        address[] tokens;
        address[] holders;
        address[] spenders;
    }

    /// @return sessions One a packed session.
    /// @return accounts One an account.
    /// @return balances By holder, of native and then of each token.
    /// @return allowances By account, by spender, of each token: the token's and then Permit2's.
    function read(
        Question calldata question
    )
        external
        view
        returns (
            SessionView[] memory sessions,
            ISessionTypes.AccountState[] memory accounts,
            uint256[] memory balances,
            uint256[] memory allowances
        )
    {
        sessions = new SessionView[](question.sessions.length);
        for (uint256 i = 0; i < sessions.length; ++i) {
            bytes calldata session = question.sessions[i];
            sessions[i] = SessionView({
                state: question.manager.stateOf(session),
                remaining: question.manager.remaining(session),
                unapproved: question.manager.unapprovedOf(session)
            });
        }
        accounts = new ISessionTypes.AccountState[](question.accounts.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            accounts[i] = question.manager.accountStateOf(question.accounts[i]);
        }
        balances = _readBalances(question.tokens, question.holders);
        allowances = _readAllowances(question.tokens, question.accounts, question.spenders);
    }

    function _readBalances(
        address[] calldata tokens,
        address[] calldata holders
    ) private view returns (uint256[] memory balances) {
        balances = new uint256[](holders.length * (tokens.length + 1));
        uint256 next = 0;
        for (uint256 i = 0; i < holders.length; ++i) {
            balances[next++] = holders[i].balance;
            for (uint256 j = 0; j < tokens.length; ++j) balances[next++] = IERC20(tokens[j]).balanceOf(holders[i]);
        }
    }

    function _readAllowances(
        address[] calldata tokens,
        address[] calldata owners,
        address[] calldata spenders
    ) private view returns (uint256[] memory allowances) {
        allowances = new uint256[](owners.length * spenders.length * tokens.length * 2);
        uint256 next = 0;
        for (uint256 i = 0; i < owners.length; ++i) {
            for (uint256 j = 0; j < spenders.length; ++j) {
                for (uint256 k = 0; k < tokens.length; ++k) {
                    allowances[next++] = IERC20(tokens[k]).allowance(owners[i], spenders[j]);
                    (allowances[next++], , ) = PERMIT2.allowance(owners[i], tokens[k], spenders[j]);
                }
            }
        }
    }
}
