import { factorySentences, managerSentences, type Sentences } from "./errorSentences.ts";
import type { universalRouterPolicyAbi, universalRouterPolicyFactoryAbi } from "./generated/abi.ts";
import { toGrouped } from "./words.ts";

const position = (index: bigint): string => `number ${toGrouped((index + 1n).toString())}`;
const hex = (code: number): string => `0x${code.toString(16).padStart(2, "0")}`;

/** Why the policy for Uniswap's UniversalRouter rejects a call. */
export const universalRouterPolicySentences: Sentences<typeof universalRouterPolicyAbi> = {
  AbiInvalid: managerSentences.AbiInvalid,
  ActionNotAllowed: ([command, action, code]) =>
    `Action ${position(action)} of the V4 swap in command ${position(command)} is of kind ${hex(code)}; a session may only swap, settle and take.`,
  ActionsNotMatched: ([command, actions, inputs]) =>
    `The V4 swap in command ${position(command)} has ${toGrouped(actions.toString())} actions, but inputs for ${toGrouped(inputs.toString())}.`,
  CommandNotAllowed: ([command, code]) =>
    `Command ${position(command)} of the route is ${hex(code)}, which its policy does not allow.`,
  CommandsNotMatched: ([commands, inputs]) =>
    `The route has ${toGrouped(commands.toString())} commands, but inputs for ${toGrouped(inputs.toString())}.`,
  HookNotAllowed: ([command, hook], { words }) =>
    `Command ${position(command)} of the route swaps in a pool with the hook ${words.toName(hook)}, which its policy does not list.`,
  PathInvalid: ([command, length]) =>
    `The path of command ${position(command)} of the route, of length ${toGrouped(length.toString())}, is no path of two or more tokens.`,
  PolicyNotConfigured: () => "This is the code of the policies, which admits nothing; the factory makes policies.",
  PoolManagerUnlocked: ([poolManager], { words }) =>
    `The pool manager ${words.toName(poolManager)} is unlocked by someone else, who could take what a V4 swap leaves open: send the order by itself.`,
  RecipientNotAllowed: ([command, recipient, account], { words }) =>
    `Command ${position(command)} of the route pays ${words.toName(recipient)}, but may pay only the account ${words.toName(account)}.`,
  RouterMismatch: ([target, router], { words }) =>
    `The policy is for the router ${words.toName(router)}, but the call goes to ${words.toName(target)}.`,
  SelectorNotExecute: ([selector]) => `The call is of the function ${selector}, but only execute is allowed.`,
  TokenLeftOnRouter: ([token], { words }) =>
    `The route may leave ${words.toName(token)} on the router, where anyone could take it: sweep it to the account at the end.`,
  TokenNotAllowed: ([command, token], { words }) =>
    `Command ${position(command)} of the route trades ${words.toName(token)}, which its policy does not list.`,
};

export const universalRouterPolicyFactorySentences: Sentences<typeof universalRouterPolicyFactoryAbi> = {
  CloneArgumentsTooLong: () => "The policy lists more than fits into its code.",
  CommandsInvalid: ([commands, supported]) =>
    `The policy would allow the commands ${hex(commands)}; it must be some of ${hex(supported)}.`,
  Create2EmptyBytecode: factorySentences.Create2EmptyBytecode,
  FailedDeployment: () => "The policy could not be created.",
  HooksInvalid: ([count, max]) => `The policy lists ${toGrouped(count.toString())} hooks; ${max} is the most.`,
  InsufficientBalance: factorySentences.InsufficientBalance,
  ListNotSorted: ([entry, previous]) =>
    `The policy lists ${entry} after ${previous}, but addresses must be in ascending order, each once and none of them 0.`,
  RouterInvalid: ([router]) => `${router} cannot be the router of a policy.`,
  TokensInvalid: ([count, max]) => `The policy lists ${toGrouped(count.toString())} tokens; it takes 1 to ${max}.`,
};
