import { encodeFunctionData, isAddressEqual, parseAbi, type Address } from "viem";
import type { AccountCall } from "./encodeCalls.ts";
import { createScope } from "./createScope.ts";
import { FieldInvalidError } from "./errors.ts";
import { nativeToken } from "./nativeToken.ts";
import { routerSwap } from "./routerSwap.ts";
import { toGrossLimit, type Template } from "./template.ts";

const routerAbi = parseAbi([
  "struct ExactInputSingleParams { address tokenIn; address tokenOut; uint24 fee; address recipient; uint256 amountIn; uint256 amountOutMinimum; uint160 sqrtPriceLimitX96; }",
  "function exactInputSingle(ExactInputSingleParams params) payable returns (uint256 amountOut)",
]);
const tokenAbi = parseAbi(["function transfer(address to, uint256 amount) returns (bool)"]);

/** SwapRouter02's; the struct is static, so its fields are words in a row. */
const exactInputSingle = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))";

/**
 * Swaps of `tokenIn` for `tokenOut` in one Uniswap V3 pool through SwapRouter02, up to `amount` of `tokenIn` a period.
 * What is bought arrives in the account. The price is not bounded: a thief of the key can trade at a bad one.
 */
function uniswapSwap({
  router,
  tokenIn,
  tokenOut,
  fee,
  amount,
  period,
  amountPerSwap,
}: {
  router: Address;
  tokenIn: Address;
  tokenOut: Address;
  /** In hundredths of a basis point: 500, 3000, 10000. */
  fee: number;
  /** The account the session is for. It is the recipient in any case, so it need not be given. */
  account?: Address;
  /** Of `tokenIn`, in its smallest unit, inclusive. */
  amount: bigint;
  /** Seconds. 0 = the session's lifetime. */
  period: number;
  /** Of `tokenIn`, inclusive. Default: no bound but `amount`. */
  amountPerSwap?: bigint;
}): Template {
  if (isAddressEqual(tokenIn, tokenOut)) throw new FieldInvalidError("tokenOut", "is the token to sell");
  const scope = createScope({
    target: router,
    function: exactInputSingle,
    spendToken: tokenIn,
    rules: [
      { op: "equal", argument: 0, values: [tokenIn] },
      { op: "equal", argument: 1, values: [tokenOut] },
      { op: "equal", argument: 2, values: [BigInt(fee)] },
      { op: "isAccount", argument: 3 },
      ...(amountPerSwap === undefined ? [] : [{ op: "atMost" as const, argument: 4, values: [amountPerSwap] }]),
    ],
  });
  return { scopes: [scope], limits: [toGrossLimit(tokenIn, amount, period)] };
}

/** Payments of `token` to `recipients`, up to `amount` a period. `nativeToken` makes it plain transfers of ETH. */
function payment({
  token,
  recipients,
  amount,
  period,
  amountPerPayment,
}: {
  token: Address;
  /** 1 to 16. */
  recipients: readonly Address[];
  /** In the token's smallest unit, inclusive. */
  amount: bigint;
  /** Seconds. 0 = the session's lifetime. */
  period: number;
  /** Inclusive. Default: no bound but `amount`. */
  amountPerPayment?: bigint;
}): Template {
  const unique = [...new Set(recipients.map((recipient) => recipient.toLowerCase() as Address))];
  if (unique.length === 0 || unique.length > 16) {
    throw new FieldInvalidError("recipients", `has ${unique.length} entries; 1 to 16 are allowed`);
  }
  const limits = [toGrossLimit(token, amount, period)];
  if (isAddressEqual(token, nativeToken)) {
    return { scopes: unique.map((target) => createScope({ target, maxValue: amountPerPayment ?? amount })), limits };
  }
  const scope = createScope({
    target: token,
    function: "transfer(address,uint256)",
    rules: [
      { op: unique.length === 1 ? "equal" : "oneOf", argument: 0, values: unique },
      ...(amountPerPayment === undefined ? [] : [{ op: "atMost" as const, argument: 1, values: [amountPerPayment] }]),
    ],
  });
  return { scopes: [scope], limits };
}

/** What sessions are commonly made of. */
export const templates = { uniswapSwap, routerSwap, payment };

/** The call that a `uniswapSwap` session allows. */
export function toUniswapSwapCall({
  router,
  tokenIn,
  tokenOut,
  fee,
  account,
  amountIn,
  amountOutMin,
}: {
  router: Address;
  tokenIn: Address;
  tokenOut: Address;
  fee: number;
  account: Address;
  amountIn: bigint;
  /** Below it the swap fails. 0 accepts any price. */
  amountOutMin: bigint;
}): Required<AccountCall> {
  const data = encodeFunctionData({
    abi: routerAbi,
    functionName: "exactInputSingle",
    args: [
      {
        tokenIn,
        tokenOut,
        fee,
        recipient: account,
        amountIn,
        amountOutMinimum: amountOutMin,
        sqrtPriceLimitX96: 0n,
      },
    ],
  });
  return { target: router, value: 0n, data };
}

/** The call that a `payment` session allows. */
export function toPaymentCall({
  token,
  recipient,
  amount,
}: {
  token: Address;
  recipient: Address;
  amount: bigint;
}): Required<AccountCall> {
  if (isAddressEqual(token, nativeToken)) return { target: recipient, value: amount, data: "0x" };
  const data = encodeFunctionData({ abi: tokenAbi, functionName: "transfer", args: [recipient, amount] });
  return { target: token, value: 0n, data };
}
