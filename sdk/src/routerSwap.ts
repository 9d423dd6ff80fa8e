import {
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  encodePacked,
  isAddressEqual,
  parseAbi,
  parseAbiParameters,
  type Address,
} from "viem";
import type { AccountCall } from "./encodeCalls.ts";
import { createScope } from "./createScope.ts";
import { FieldInvalidError } from "./errors.ts";
import { nativeToken } from "./nativeToken.ts";
import type { Limit } from "./session.ts";
import { toGrossLimit, type Template } from "./template.ts";
import type { UniversalRouterPolicy } from "./universalRouterPolicy.ts";

const routerAbi = parseAbi(["function execute(bytes commands, bytes[] inputs, uint256 deadline) payable"]);
const execute = "execute(bytes,bytes[],uint256)";
/** Of UniversalRouter 2.x; the last word is of 2.1, and 2.0 does not read it. */
const v3SwapParameters = parseAbiParameters(
  "address recipient, uint256 amountIn, uint256 amountOutMin, bytes path, bool payerIsUser, uint256[] minHopPrices",
);
const v3SwapExactIn = "0x00";
/** The router's name for whoever calls it. */
const caller: Address = "0x0000000000000000000000000000000000000001";

/**
 * Swaps among the tokens of a policy, in Uniswap V2, V3 and V4 pools through the UniversalRouter. `sells` names those that
 * may be sold, and how much; of each other one no more may leave than the session bought, even where the owner once allowed
 * the router to take it. What is bought arrives in the account. The price is not bounded: a thief of the key can trade at a
 * bad one.
 */
export function routerSwap({
  policy,
  sells,
}: {
  /** From `toUniversalRouterPolicy`. It has to exist when the session is granted: see `toCreatePolicyCall`. */
  policy: UniversalRouterPolicy;
  /** Up to `amount` of `token`, in its smallest unit, inclusive, in each `period` of seconds; 0 = the session's lifetime. */
  sells: readonly { token: Address; amount: bigint; period: number }[];
}): Template {
  const { router, tokens } = policy.config;
  if (sells.length === 0) throw new FieldInvalidError("sells", "is empty; one token to sell at least is needed");
  const scopes = sells.map(({ token, amount }, index) => {
    if (!tokens.some((listed) => isAddressEqual(listed, token))) {
      throw new FieldInvalidError(`sells[${index}].token`, `is ${token}, which the policy does not list`);
    }
    if (sells.findIndex((sale) => isAddressEqual(sale.token, token)) !== index) {
      throw new FieldInvalidError(`sells[${index}].token`, `is ${token}, which is there twice`);
    }
    const shared = { target: router, function: execute, policy: policy.address };
    return isAddressEqual(token, nativeToken)
      ? createScope({ ...shared, maxValue: amount })
      : createScope({ ...shared, spendToken: token, spendMethod: "permit2" });
  });
  // The router may take a listed token by an allowance that the owner once gave it, so the others get a limit too.
  const bought = tokens.filter(
    (token) => !isAddressEqual(token, nativeToken) && !sells.some((sale) => isAddressEqual(sale.token, token)),
  );
  return {
    scopes,
    limits: [
      ...sells.map(({ token, amount, period }) => toGrossLimit(token, amount, period)),
      ...bought.map((token): Limit => ({ token, amount: 0n, period: 0, approveAbove: 0n, kind: "inventory" })),
    ],
  };
}

/** A call that a `routerSwap` session allows: one ERC-20 token for another in a V3 pool. */
export function toRouterSwapCall({
  router,
  tokenIn,
  tokenOut,
  fee,
  amountIn,
  amountOutMin,
  deadline = 2 ** 48 - 1,
}: {
  router: Address;
  tokenIn: Address;
  tokenOut: Address;
  /** In hundredths of a basis point: 500, 3000, 10000. */
  fee: number;
  amountIn: bigint;
  /** Below it the swap fails. 0 accepts any price. */
  amountOutMin: bigint;
  /** Seconds since the Unix epoch, inclusive. Default: none, since the order has its own. */
  deadline?: number;
}): Required<AccountCall> {
  const path = concatHex([tokenIn, encodePacked(["uint24", "address"], [fee, tokenOut])]);
  const input = encodeAbiParameters(v3SwapParameters, [caller, amountIn, amountOutMin, path, true, []]);
  const args = [v3SwapExactIn, [input], BigInt(deadline)] as const;
  return { target: router, value: 0n, data: encodeFunctionData({ abi: routerAbi, functionName: "execute", args }) };
}
