import { toMutations as of, type Mutation } from "./toMutations.ts";

const policy = "UniversalRouterPolicy/";
const factory = "UniversalRouterPolicyFactory/";
const route = `${policy}checkCall`;

/** Of the UniversalRouter policy and its factory. */
export const policyMutations: readonly Mutation[] = [
  ...of("policies/UniversalRouterPolicy.sol", `${route} ${policy}checkCallMutated`, [
    ["if (target != route.config.router) revert", "if (false) revert"],
    ["if (selector != EXECUTE && selector != EXECUTE_BY_DEADLINE) revert", "if (false) revert"],
    ["if (value != 0) route.onRouter = route.toNative();", ""],
    ["        route.requireNothingLeft();\n", ""],
    ["if (count != commands.length) revert", "if (count < commands.length) revert"],
    ["if ((uint256(route.config.commands) >> code) & 1 == 0) revert", "if (false) revert"],
    ["            route.requireAccount(input.addressAt(32));\n", ""],
    ["if (input.wordAt(32) == WHOLE_BALANCE) route.clear(native);", "route.clear(native);"],
    ["            route.deliver(input.addressAt(0), route.toNative());\n", ""],
    ["bool isBetween = isExactIn && i != 0;", "bool isBetween = false;"],
    ["if (isOutput) route.deliver(input.addressAt(0), bit);", "if (isOutput) continue;"],
    ["bool isOutput = i == (isExactIn ? last : 0);", "bool isOutput = i == last;"],
    ["if (count < 2) revert", "if (count < 1) revert"],
    ["        route.deliver(input.addressAt(0), bit);\n    }\n}", "    }\n}"],
    ["(length - V3_TOKEN) % V3_STEP != 0", "false"],
    ["if (address(this) == IMPLEMENTATION) revert", "if (false) revert", `${policy}config`],
  ]),
  ...of("policies/Route.sol", route, [
    ["if (token == NATIVE_TOKEN) revert", "if (false) revert"],
    ["if (recipient != CALLER && recipient != route.account)", "if (false)"],
    ["if (recipient == ROUTER) route.onRouter |= bit;\n        else", "if (recipient != ROUTER)"],
    ["if (hook == address(0)) return;", "return;", `${policy}checkCallV4`],
    ["        revert IUniversalRouterPolicy.TokenNotAllowed(route.command, token);\n    }\n}", "    }\n}"],
  ]),
  ...of("libraries/AbiReader.sol", route, [
    ["if (data.length < 32 * count) revert", "if (false) revert"],
    ["if (word > max) revert", "if (false) revert"],
  ]),
  ...of("policies/V4ActionsCheck.sol", `${policy}checkCallV4`, [
    ["        _requireLocked(route.config.router);\n", ""],
    ["if (count != actions.length) {", "if (count < actions.length) {"],
    [
      "route.deliver(input.addressAt(32), route.toCurrency(input.addressAt(0)));",
      "route.toCurrency(input.addressAt(0));",
    ],
    ["if (offset != 32) revert", "if (false) revert"],
    ["        route.toCurrency(swap.addressAt(32));\n", ""],
    ["        route.requireHook(swap.addressAt(128));\n", ""],
    ["            route.requireHook(pool.addressAt(96));\n", ""],
    ["if (count == 0) revert", "if (false) revert"],
    ["            input.numberAt(64, 1);\n", ""],
  ]),
  ...of("policies/UniversalRouterPolicyFactory.sol", `${factory}createPolicy ${factory}getAddress`, [
    ["if (config.router == address(0)) revert", "if (false) revert"],
    ["config.commands & ~SUPPORTED_COMMANDS != 0", "false"],
    ["if (list[i] <= previous) revert", "if (list[i] < previous) revert"],
    ["if (policy.code.length != 0) return policy;", ""],
    ["config.tokens.length > MAX_ENTRIES", "config.tokens.length >= MAX_ENTRIES"],
  ]),
];
