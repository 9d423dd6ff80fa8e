import { isAddressEqual, zeroAddress, type Address } from "viem";
import { describeBudget, describeSpendMethod } from "./describeBudget.ts";
import { nativeToken } from "./nativeToken.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";
import type { UniversalRouterPolicyConfig } from "./universalRouterPolicy.ts";
import { toEnumeration, type Words } from "./words.ts";

/** `execute(bytes,bytes[],uint256)` and `execute(bytes,bytes[])`. */
const executeSelectors = ["0x3593564c", "0x24856bc3"];
/** The commands by which a version of Uniswap swaps. */
const versions = [
  ["V2", [0x08, 0x09]],
  ["V3", [0x00, 0x01]],
  ["V4", [0x10]],
] as const;

/** What a scope of Uniswap's UniversalRouter lets the key do, if its policy is known and its router has been named. */
export function describeRoute(
  scope: Scope,
  session: Session,
  words: Words,
): { words: string; caveat: string } | undefined {
  const config = findConfig(scope, session, words);
  if (config === undefined) return undefined;
  const used = versions.filter(([, commands]) => commands.some((command) => (config.commands >> command) & 1));
  const pools = used.length === 0 ? "" : ` in pools of Uniswap ${toEnumeration(used.map(([version]) => version))}`;
  const hooks = toEnumeration(config.hooks.map((hook) => words.toName(hook)));
  const paying =
    scope.spendToken === zeroAddress
      ? ""
      : `${describeSpendMethod(scope)}${describeBudget(scope.spendToken, session, words, `, paying in ${words.toName(scope.spendToken)} with up to `)}`;
  const unlimited = listUnlimited(config, session).map((token) => words.toName(token));
  return {
    words: [
      `Can trade ${toEnumeration(config.tokens.map((token) => words.toName(token)))}, and nothing else,${pools} through ${words.toName(scope.target)}${paying}`,
      "what it buys, and what is left over, must arrive in your account",
      ...(hooks === "" ? [] : [`pools may have the hooks ${hooks}, which take part in each swap`]),
    ].join("; "),
    caveat: [
      ...(unlimited.length === 0
        ? []
        : [
            `${toEnumeration(unlimited)} ${unlimited.length === 1 ? "has" : "have"} no limit here, so it could sell what your account ever allowed the router to take of ${unlimited.length === 1 ? "it" : "them"}`,
          ]),
      "the price is not limited, so a thief of the key could trade at a bad one",
    ].join("; "),
  };
}

/** Whether the session limits every token that the route could sell. */
export function isBoundedRoute(scope: Scope, session: Session, words: Words): boolean {
  const config = findConfig(scope, session, words);
  return config !== undefined && listUnlimited(config, session).length === 0;
}

function findConfig(scope: Scope, session: Session, words: Words): UniversalRouterPolicyConfig | undefined {
  const config = words.findPolicy(scope.policy)?.config;
  if (config === undefined || !isAddressEqual(config.router, scope.target)) return undefined;
  const isNamed = words.findLabel(scope.target) !== undefined && !isAddressEqual(scope.target, session.account);
  return isNamed && executeSelectors.includes(scope.selector.toLowerCase()) ? config : undefined;
}

/** The native token leaves only as value, for which the manager wants a limit in any case. */
function listUnlimited({ tokens }: UniversalRouterPolicyConfig, { limits }: Session): Address[] {
  return tokens.filter(
    (token) => !isAddressEqual(token, nativeToken) && !limits.some((limit) => isAddressEqual(limit.token, token)),
  );
}
