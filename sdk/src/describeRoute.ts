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
): { words: string; clauses: string[]; caveat: string } | undefined {
  const config = findConfig(scope, session, words);
  if (config === undefined) return undefined;
  const used = versions.filter(([, commands]) => commands.some((command) => (config.commands >> command) & 1));
  const pools = used.length === 0 ? "" : ` in pools of Uniswap ${toEnumeration(used.map(([version]) => version))}`;
  const tokens = toEnumeration(config.tokens.map((token) => words.toName(token)));
  const hooks = toEnumeration(config.hooks.map((hook) => words.toName(hook)));
  return {
    words: `Can trade ${tokens}, and nothing else,${pools} on ${words.toName(scope.target)}${describePaying(scope, session, words)}`,
    clauses: [
      "what it buys, and what is left over, must arrive in your account",
      ...(hooks === "" ? [] : [`pools may have the hooks ${hooks}, which take part in each swap`]),
      ...describeUnlimited(config, session, words),
    ],
    caveat: "the price is not limited, so a thief of the key could trade at a bad one",
  };
}

function describePaying(scope: Scope, session: Session, words: Words): string {
  if (scope.spendToken === zeroAddress) return "";
  const budget = describeBudget(scope.spendToken, session, words, " with up to ");
  return `, paying in ${words.toName(scope.spendToken)}${describeSpendMethod(scope)}${budget}`;
}

function describeUnlimited(config: UniversalRouterPolicyConfig, session: Session, words: Words): string[] {
  const names = listUnlimited(config, session).map((token) => words.toName(token));
  if (names.length === 0) return [];
  const [has, it] = names.length === 1 ? ["has", "it"] : ["have", "them"];
  return [
    `${toEnumeration(names)} ${has} no limit here, so it could sell what your account ever allowed the router to take of ${it}`,
  ];
}

/** Whether it is certain that a route sends nothing to another address than the account: what hooks do is not known. */
export function isConfinedRoute(scope: Scope, session: Session, words: Words): boolean {
  return findConfig(scope, session, words)?.hooks.length === 0;
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
