import {
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  encodePacked,
  getAddress,
  getContractAddress,
  parseAbiParameters,
  size,
  zeroHash,
  type Address,
} from "viem";
import { FieldInvalidError } from "./errors.ts";
import type { AccountCall } from "./encodeCalls.ts";
import { universalRouterPolicyAddresses } from "./generated/addresses.ts";
import { universalRouterPolicyFactoryAbi } from "./generated/abi.ts";

/** What a `UniversalRouterPolicy` admits, as `docs/universal-router-policy.md` says. */
export type UniversalRouterPolicyConfig = {
  /** The only target, of Uniswap's 2.x line. */
  router: Address;
  /** The router's own WETH9. */
  wrappedNative: Address;
  /** Bit i = command i is allowed. */
  commands: number;
  /** Strictly ascending, 1 to 255; `nativeToken` is one. */
  tokens: readonly Address[];
  /** V4 hooks that pools may have; strictly ascending, at most 255. */
  hooks: readonly Address[];
};

/** A policy and what it admits. Its address commits to it: whatever is there, if anything, is this policy. */
export type UniversalRouterPolicy = { address: Address; config: UniversalRouterPolicyConfig };

type PolicyDeployment = Readonly<Record<keyof typeof universalRouterPolicyAddresses, Address>>;

/** `UniversalRouterPolicyFactory.SUPPORTED_COMMANDS`: swaps of Uniswap V2, V3 and V4, wrapping, sweeping, checking. */
const supportedCommands = 0x00015b13;
const entriesMax = 255;
const configParameters = parseAbiParameters(
  "(address router, address wrappedNative, uint32 commands, address[] tokens, address[] hooks)",
);

/**
 * The policy that the factory makes of a configuration, whether it has been created yet or not. Tokens and hooks may come
 * in any order; `commands` defaults to all that a policy may allow. Throws `FieldInvalidError` on what the factory refuses.
 */
export function toUniversalRouterPolicy(
  {
    router,
    wrappedNative,
    tokens,
    hooks = [],
    commands = supportedCommands,
  }: Pick<UniversalRouterPolicyConfig, "router" | "wrappedNative" | "tokens"> & Partial<UniversalRouterPolicyConfig>,
  { universalRouterPolicy, universalRouterPolicyFactory }: PolicyDeployment = universalRouterPolicyAddresses,
): UniversalRouterPolicy {
  // Bit operations of JavaScript take 32 bits with a sign; all that are supported lie below it.
  const isSupported = Number.isSafeInteger(commands) && commands > 0 && commands <= supportedCommands;
  if (!isSupported || (commands & ~supportedCommands) !== 0) {
    throw new FieldInvalidError("commands", `is ${commands}; some bits of ${supportedCommands} are allowed`);
  }
  if (BigInt(router) === 0n) throw new FieldInvalidError("router", "is the zero address");
  const config = {
    router: getAddress(router),
    wrappedNative: getAddress(wrappedNative),
    commands,
    tokens: toSorted("tokens", tokens),
    hooks: toSorted("hooks", hooks),
  };
  if (config.tokens.length === 0) throw new FieldInvalidError("tokens", "is empty; 1 to 255 are allowed");
  const args = encodeAbiParameters(configParameters, [config]);
  // OpenZeppelin's `Clones` with immutable arguments: a minimal proxy (ERC-1167) whose code ends with them.
  const bytecode = concatHex([
    encodePacked(["bytes1", "uint16"], ["0x61", size(args) + 0x2d]),
    "0x3d81600a3d39f3363d3d373d3d3d363d73",
    universalRouterPolicy,
    "0x5af43d82803e903d91602b57fd5bf3",
    args,
  ]);
  const address = getContractAddress({
    opcode: "CREATE2",
    from: universalRouterPolicyFactory,
    salt: zeroHash,
    bytecode,
  });
  return { address, config };
}

/** The call that creates a policy; anyone may make it, and making it again changes nothing. */
export function toCreatePolicyCall(
  { config }: UniversalRouterPolicy,
  { universalRouterPolicyFactory }: PolicyDeployment = universalRouterPolicyAddresses,
): Required<AccountCall> {
  const request = { abi: universalRouterPolicyFactoryAbi, functionName: "createPolicy", args: [config] } as const;
  return { target: universalRouterPolicyFactory, value: 0n, data: encodeFunctionData(request) };
}

/** As the factory wants them: ascending, each once, none of them 0. */
function toSorted(field: string, list: readonly Address[]): Address[] {
  const unique = [...new Set(list.map((address) => getAddress(address)))];
  if (unique.length > entriesMax) throw new FieldInvalidError(field, `has ${unique.length} entries; at most 255 fit`);
  if (unique.some((address) => BigInt(address) === 0n)) {
    throw new FieldInvalidError(field, "holds the zero address; the native token is nativeToken");
  }
  return unique.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
}
