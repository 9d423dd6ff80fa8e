import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  encodePacked,
  type Hex,
  parseAbi,
  parseAbiParameters,
  toHex,
  zeroAddress,
} from "viem";
import type { PoolKey } from "./deployRouters.ts";

/** A command of the UniversalRouter with its input. */
export type Command = { code: number; input: Hex };

const routerAbi = parseAbi(["function execute(bytes commands, bytes[] inputs, uint256 deadline) payable"]);

/** The router's names for who calls it, for itself, and for all it has of a token. */
export const caller: Address = "0x0000000000000000000000000000000000000001";
export const router: Address = "0x0000000000000000000000000000000000000002";
export const wholeBalance = 1n << 255n;

export function encodeRoute(commands: readonly Command[]): Hex {
  const codes = concatHex(commands.map(({ code }) => toHex(code, { size: 1 })));
  return encodeFunctionData({
    abi: routerAbi,
    functionName: "execute",
    args: [codes, commands.map(({ input }) => input), 1n << 40n],
  });
}

export function toV3Path(tokens: readonly Address[]): Hex {
  return concatHex(
    tokens.map((token, index) => (index === 0 ? token : encodePacked(["uint24", "address"], [3000, token]))),
  );
}

type Swap = { to: Address; amount: bigint; limit?: bigint; path: readonly Address[]; payerIsUser?: boolean };

/** Exact input: `amount` is what is sold, `limit` the least to receive. */
export function swapV3({ to, amount, limit = 0n, path, payerIsUser = true }: Swap): Command {
  const types = parseAbiParameters("address, uint256, uint256, bytes, bool, uint256[]");
  return { code: 0x00, input: encodeAbiParameters(types, [to, amount, limit, toV3Path(path), payerIsUser, []]) };
}

/** Exact output: `amount` is what is bought, `limit` the most to pay; `path` from what is paid to what is bought. */
export function swapV3Out({ to, amount, limit = 0n, path, payerIsUser = true }: Swap): Command {
  const types = parseAbiParameters("address, uint256, uint256, bytes, bool, uint256[]");
  const reversed = toV3Path(path.toReversed());
  return { code: 0x01, input: encodeAbiParameters(types, [to, amount, limit, reversed, payerIsUser, []]) };
}

export function swapV2({ to, amount, limit = 0n, path, payerIsUser = true }: Swap): Command {
  const types = parseAbiParameters("address, uint256, uint256, address[], bool, uint256[]");
  return { code: 0x08, input: encodeAbiParameters(types, [to, amount, limit, [...path], payerIsUser, []]) };
}

export function sweep(token: Address, to: Address): Command {
  return { code: 0x04, input: encodeAbiParameters(parseAbiParameters("address, address, uint256"), [token, to, 0n]) };
}

export function wrap(to: Address, amount: bigint): Command {
  return { code: 0x0b, input: encodeAbiParameters(parseAbiParameters("address, uint256"), [to, amount]) };
}

export function unwrap(to: Address): Command {
  return { code: 0x0c, input: encodeAbiParameters(parseAbiParameters("address, uint256"), [to, 0n]) };
}

const singleSwap = parseAbiParameters([
  "Swap swap",
  "struct Swap { PoolKey poolKey; bool zeroForOne; uint128 amountIn; uint128 amountOutMinimum; bytes hookData; }",
  "struct PoolKey { address currency0; address currency1; uint24 fee; int24 tickSpacing; address hooks; }",
]);

export type V4Action = { code: number; input: Hex };

export function v4(actions: readonly V4Action[]): Command {
  const codes = concatHex(actions.map(({ code }) => toHex(code, { size: 1 })));
  const input = encodeAbiParameters(parseAbiParameters("bytes, bytes[]"), [codes, actions.map(({ input }) => input)]);
  return { code: 0x10, input };
}

/** Sells `amount` of `sold` in one pool. */
export function v4Swap(poolKey: PoolKey, sold: Address, amount: bigint): V4Action {
  const zeroForOne = poolKey.currency0.toLowerCase() === sold.toLowerCase();
  const swap = { poolKey, zeroForOne, amountIn: amount, amountOutMinimum: 0n, hookData: "0x" as const };
  return { code: 0x06, input: encodeAbiParameters(singleSwap, [swap]) };
}

export function v4SettleAll(currency: Address, most: bigint): V4Action {
  return { code: 0x0c, input: encodeAbiParameters(parseAbiParameters("address, uint256"), [currency, most]) };
}

export function v4TakeAll(currency: Address): V4Action {
  return { code: 0x0f, input: encodeAbiParameters(parseAbiParameters("address, uint256"), [currency, 0n]) };
}

export function v4Take(currency: Address, to: Address): V4Action {
  const types = parseAbiParameters("address, address, uint256");
  return { code: 0x0e, input: encodeAbiParameters(types, [currency, to, 0n]) };
}

/** A whole V4 swap: the account pays, and takes what it bought. */
export function swapV4(poolKey: PoolKey, sold: Address, amount: bigint): Command {
  const bought = poolKey.currency0.toLowerCase() === sold.toLowerCase() ? poolKey.currency1 : poolKey.currency0;
  return v4([v4Swap(poolKey, sold, amount), v4SettleAll(sold, amount), v4TakeAll(bought)]);
}

/** Native, as pools and the router write it. */
export const native = zeroAddress;
