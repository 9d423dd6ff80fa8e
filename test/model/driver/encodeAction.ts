import { encodeFunctionData, parseAbi, toFunctionSelector, type Address, type Hex } from "viem";
import type { Action } from "../reference/actions.ts";

const abi = parseAbi([
  "function transfer(address to, uint256 amount)",
  "function transferFrom(address from, address to, uint256 amount)",
  "function deposit()",
  "function withdraw(uint256 amount)",
  "function touch(uint256 word)",
  "function fail(uint256 word)",
  "function trade(address sell, uint256 sold, address buy, uint256 bought)",
  "function tradeByPermit2(address sell, uint256 sold, address buy, uint256 bought)",
  "function borrow(address token, uint256 amount)",
  "function reenter(address to, bytes data)",
]);

const pauseSelector = toFunctionSelector("pause(address)");

/** The call data by which an action's target is told what to do. */
export function encodeAction(action: Action, { manager }: { manager: Address }): Hex {
  switch (action.kind) {
    case "send":
      return "0x";
    case "transfer":
      return encodeFunctionData({ abi, functionName: "transfer", args: [action.to, action.amount] });
    case "transferFrom":
      return encodeFunctionData({ abi, functionName: "transferFrom", args: [action.from, action.to, action.amount] });
    case "wrap":
      return encodeFunctionData({ abi, functionName: "deposit" });
    case "unwrap":
      return encodeFunctionData({ abi, functionName: "withdraw", args: [action.amount] });
    case "touch":
      return encodeFunctionData({ abi, functionName: "touch", args: [action.word] });
    case "fail":
      return encodeFunctionData({ abi, functionName: "fail", args: [0n] });
    case "reenter": {
      const data: Hex = `${pauseSelector}${manager.slice(2).padStart(64, "0")}`;
      return encodeFunctionData({ abi, functionName: "reenter", args: [manager, data] });
    }
    case "trade": {
      const { by, sell, sold, buy, bought } = action;
      const functionName = by === "permit2" ? "tradeByPermit2" : "trade";
      return encodeFunctionData({ abi, functionName, args: [sell, sold, buy, bought] });
    }
    case "borrow":
      return encodeFunctionData({ abi, functionName: "borrow", args: [action.token, action.amount] });
  }
}
