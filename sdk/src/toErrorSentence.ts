import {
  BaseError,
  decodeErrorResult,
  isHex,
  keccak256,
  parseAbi,
  size,
  slice,
  stringToHex,
  type Abi,
  type Hex,
} from "viem";
import type { Refusal } from "./admitOrder.ts";
import { accountSentences, factorySentences, managerSentences } from "./errorSentences.ts";
import { LatchkeyError } from "./errors.ts";
import {
  sessionAccountAbi,
  sessionAccountFactoryAbi,
  sessionManagerAbi,
  universalRouterPolicyAbi,
  universalRouterPolicyFactoryAbi,
} from "./generated/abi.ts";
import { universalRouterPolicyFactorySentences, universalRouterPolicySentences } from "./policyErrorSentences.ts";
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
type KnownError = { item: AbiError; selector: Hex; toSentence: Sentence };

// Each sentence takes the arguments its own ABI gives the error; `toArgsOf` sees to it that it gets no others.
const contracts = [
  [sessionManagerAbi, managerSentences],
  [sessionAccountAbi, accountSentences],
  [sessionAccountFactoryAbi, factorySentences],
  [universalRouterPolicyAbi, universalRouterPolicySentences],
  [universalRouterPolicyFactoryAbi, universalRouterPolicyFactorySentences],
  [foreignAbi, foreignSentences],
] as unknown as readonly (readonly [Abi, Readonly<Record<string, Sentence>>])[];

/** Two contracts may mean different things by one name, but not by one selector: the first one's sentence stands for it. */
const knownErrors = contracts.flatMap(([abi, sentences]) =>
  abi
    .filter((item): item is AbiError => item.type === "error")
    .flatMap((item): KnownError[] => {
      const toSentence = sentences[item.name];
      return toSentence === undefined ? [] : [{ item, selector: toSelector(item), toSentence }];
    }),
);

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
  return explainName("error" in error ? error.error : error.name, error.args, words);
}

function explainData(data: Hex, words: Words): ErrorSentence {
  if (data === "0x") return { name: "Unknown", args: [], sentence: "It failed without saying why." };
  const known = knownErrors.find(({ selector }) => selector === data.slice(0, 10).toLowerCase());
  if (known === undefined) return { name: "Unknown", args: [], sentence: `It failed with ${data}.` };
  const { item } = known;
  if (size(data) === 4 && item.inputs.length > 0) {
    return { name: item.name, args: [], sentence: `It was refused with ${item.name}.` };
  }
  try {
    // An error without parameters comes without `args`.
    const decoded: { args?: readonly unknown[] } = decodeErrorResult({ abi: [item], data });
    return explain(known, decoded.args ?? [], words);
  } catch {
    // Cut off: 256 bytes of a reason are kept.
    return { name: item.name, args: [], sentence: `It was refused with ${item.name} (${data}).` };
  }
}

/** By name, of which several may be known: the one that takes the arguments. */
function explainName(name: string, givenArgs: readonly unknown[], words: Words): ErrorSentence {
  for (const known of knownErrors.filter(({ item }) => item.name === name)) {
    const args = toArgsOf(known.item, givenArgs);
    if (args !== undefined) return explain(known, args, words);
  }
  return { name, args: givenArgs, sentence: `It was refused with ${name}(${givenArgs.map(String).join(", ")}).` };
}

function explain({ item, toSentence }: KnownError, args: readonly unknown[], words: Words): ErrorSentence {
  const context = { words, explain: (reason: Hex) => explainData(reason, words).sentence };
  return { name: item.name, args, sentence: toSentence(args, context) };
}

function toSelector({ name, inputs }: AbiError): Hex {
  return slice(keccak256(stringToHex(`${name}(${inputs.map(({ type }) => type).join(",")})`)), 0, 4);
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
