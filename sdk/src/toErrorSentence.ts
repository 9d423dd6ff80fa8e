import { BaseError, decodeErrorResult, isHex, keccak256, parseAbi, size, stringToHex, type Abi, type Hex } from "viem";
import type { Refusal } from "./admitOrder.ts";
import { accountSentences, factorySentences, managerSentences } from "./errorSentences.ts";
import { LatchkeyError } from "./errors.ts";
import { sessionAccountAbi, sessionAccountFactoryAbi, sessionManagerAbi } from "./generated/abi.ts";
import { createWords, type Glossary, type Words } from "./words.ts";

export type ErrorSentence = {
  /** Name of the contract's error; `Unknown` if it is not one this package knows. */
  name: string;
  args: readonly unknown[];
  sentence: string;
};

type Sentence = (args: readonly unknown[], context: { words: Words; explain: (reason: Hex) => string }) => string;

/** Errors of the manager's own parts, and of contracts that sessions commonly call. */
const foreignAbi = parseAbi([
  "error Error(string message)",
  "error Panic(uint256 code)",
  "error ReentrancyGuardReentrantCall()",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InvalidReceiver(address receiver)",
  "error ERC20InvalidSender(address sender)",
  "error SafeERC20FailedOperation(address token)",
]);

/** Uniswap V3's one- to three-letter reasons that a trade meets. */
const uniswapReasons: Readonly<Record<string, string>> = {
  STF: "the token could not be taken from the account (too little balance or allowance)",
  SPL: "the price limit is on the wrong side of the pool's price",
  AS: "the amount of the swap is zero",
  "Too little received": "the pool gives less than the order's minimum",
};

const foreignSentences: Readonly<Record<string, Sentence>> = {
  Error: ([message]) => {
    const reason = String(message);
    const known = uniswapReasons[reason];
    return known === undefined ? `"${reason}".` : `"${reason}": ${known}.`;
  },
  Panic: ([code]) => `it failed with panic code ${String(code)}.`,
  ReentrancyGuardReentrantCall: () => "The manager cannot be called while an order runs.",
  ERC20InsufficientBalance: ([sender, balance, needed]) =>
    `${String(sender)} holds ${String(balance)} of the token's smallest units, but ${String(needed)} are needed.`,
  ERC20InsufficientAllowance: ([spender, allowance, needed]) =>
    `${String(spender)} may take ${String(allowance)} of the token's smallest units, but ${String(needed)} are needed.`,
  ERC20InvalidReceiver: ([receiver]) => `${String(receiver)} cannot receive the token.`,
  ERC20InvalidSender: ([sender]) => `${String(sender)} cannot send the token.`,
  SafeERC20FailedOperation: ([token]) => `the token ${String(token)} refused.`,
};

type AbiError = Extract<Abi[number], { type: "error" }>;

const allItems: Abi = [...sessionManagerAbi, ...sessionAccountAbi, ...sessionAccountFactoryAbi, ...foreignAbi];
const knownErrors = allItems.filter((item): item is AbiError => item.type === "error");
const errorOfName = new Map(knownErrors.map((item) => [item.name, item]));
const errorOfSelector = new Map(
  knownErrors.map((item) => {
    const signature = `${item.name}(${item.inputs.map(({ type }) => type).join(",")})`;
    return [keccak256(stringToHex(signature)).slice(0, 10), item];
  }),
);

// Each sentence takes the arguments its own ABI gives the error; `toArgsOf` sees to it that it gets no others.
const sentences = {
  ...factorySentences,
  ...accountSentences,
  ...managerSentences,
  ...foreignSentences,
} as unknown as Readonly<Record<string, Sentence>>;

/**
 * Says in a sentence why the manager or an account refused. Takes revert data, a `bytes4` of `executeBatch`, an error
 * thrown by viem, a refusal of `admitOrder`, or a decoded `{ name, args }`. What it does not know it shows raw.
 */
export function toErrorSentence(
  error: Hex | Refusal | { name: string; args: readonly unknown[] } | Error,
  glossary: Glossary = {},
): ErrorSentence {
  const words = createWords(glossary);
  if (typeof error === "string") return explainData(error, words);
  if (error instanceof Error) {
    const data = findRevertData(error);
    if (data !== undefined) return explainData(data, words);
    const sentence = error instanceof BaseError ? error.shortMessage : error.message;
    return { name: error instanceof LatchkeyError ? error.name : "Unknown", args: [], sentence };
  }
  return explain("error" in error ? error.error : error.name, error.args, words);
}

function explainData(data: Hex, words: Words): ErrorSentence {
  if (data === "0x") return { name: "Unknown", args: [], sentence: "It failed without saying why." };
  const named = errorOfSelector.get(data.slice(0, 10).toLowerCase());
  if (size(data) === 4 && named !== undefined && named.inputs.length > 0) {
    return { name: named.name, args: [], sentence: `It was refused with ${named.name}.` };
  }
  try {
    // An error without parameters comes without `args`.
    const decoded: { errorName: string; args?: readonly unknown[] } = decodeErrorResult({ abi: knownErrors, data });
    return explain(decoded.errorName, decoded.args ?? [], words);
  } catch {
    // Not one of ours, or cut off: 256 bytes of a reason are kept.
    const sentence = named === undefined ? `It failed with ${data}.` : `It was refused with ${named.name} (${data}).`;
    return { name: named?.name ?? "Unknown", args: [], sentence };
  }
}

function explain(name: string, givenArgs: readonly unknown[], words: Words): ErrorSentence {
  const item = errorOfName.get(name);
  const args = item && toArgsOf(item, givenArgs);
  const toSentence = sentences[name];
  if (args === undefined || toSentence === undefined) {
    return { name, args: givenArgs, sentence: `It was refused with ${name}(${givenArgs.map(String).join(", ")}).` };
  }
  return {
    name,
    args,
    sentence: toSentence(args, { words, explain: (reason) => explainData(reason, words).sentence }),
  };
}

/** `args` in the types that decoding gives them; on their way through JSON numbers may have become strings. */
function toArgsOf({ inputs }: AbiError, args: readonly unknown[]): readonly unknown[] | undefined {
  if (inputs.length !== args.length) return undefined;
  const typed = inputs.map(({ type }, index) => {
    const arg = args[index];
    const bits = /^uint(\d+)$/.exec(type)?.[1];
    if (bits === undefined) return typeof arg === "string" ? arg : undefined;
    const isNumeric = typeof arg === "bigint" || Number.isSafeInteger(arg) || /^\d+$/.test(String(arg));
    if (!isNumeric) return undefined;
    return Number(bits) <= 48 ? Number(arg) : BigInt(String(arg));
  });
  return typed.includes(undefined) ? undefined : typed;
}

/** The revert data inside an error of viem. */
function findRevertData(error: Error): Hex | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 10 && current instanceof Error; depth += 1) {
    for (const field of ["raw", "data"] as const) {
      const value: unknown = Reflect.get(current, field);
      if (isHex(value)) return value;
      // Nodes nest it once more: `{ data: { data: "0x…" } }`.
      const inner: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "data") : undefined;
      if (isHex(inner)) return inner;
    }
    current = current.cause;
  }
  return undefined;
}
