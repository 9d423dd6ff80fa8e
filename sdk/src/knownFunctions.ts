import { parseAbiItem, toFunctionSelector, type AbiFunction, type AbiParameter, type Hex } from "viem";

/** One argument word of a function whose arguments are all static. */
export type Argument = { name: string; type: string };

export type KnownFunction = {
  name: string;
  /** By word: the one at offset 32 × i. */
  arguments: readonly Argument[];
};

/** Functions with static arguments only, so that each argument is one word. Their names do not prove what a target does. */
const signatures = [
  "function transfer(address to, uint256 amount)",
  "function transferFrom(address from, address to, uint256 amount)",
  "function deposit()",
  "function withdraw(uint256 amount)",
  "function exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params)",
  "function exactOutputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 amountOut, uint256 amountInMaximum, uint160 sqrtPriceLimitX96) params)",
] as const;

const functionOfSelector = new Map(
  signatures.map((signature) => {
    const item: AbiFunction = parseAbiItem(signature);
    return [toFunctionSelector(item), { name: item.name, arguments: item.inputs.flatMap(toWords) }];
  }),
);

export function findKnownFunction(selector: Hex): KnownFunction | undefined {
  return functionOfSelector.get(selector.toLowerCase() as Hex);
}

function toWords(parameter: AbiParameter): Argument[] {
  if ("components" in parameter) return parameter.components.flatMap(toWords);
  return [{ name: parameter.name ?? "argument", type: parameter.type }];
}
