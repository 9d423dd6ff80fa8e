import { isAddressEqual, zeroAddress, type Address } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  FieldInvalidError,
  nativeToken,
  toCreatePolicyCall,
  toUniversalRouterPolicy,
  universalRouterPolicyAbi,
  universalRouterPolicyFactoryAbi,
} from "../src/index.ts";
import { attempt } from "./support/attempt.ts";
import { createRandom } from "./support/random.ts";
import { startChain, type TestChain } from "./support/startChain.ts";

const random = createRandom(2);
const supportedCommands = 0x15b13;
const [router, wrappedNative, token] = random.list(3, random.address) as [Address, Address, Address];

describe("toUniversalRouterPolicy, beside the factory", () => {
  let chain: TestChain;
  let deployment: { universalRouterPolicy: Address; universalRouterPolicyFactory: Address };

  beforeAll(async () => {
    chain = await startChain();
    const universalRouterPolicy = await chain.deploy("policies/UniversalRouterPolicy");
    deployment = {
      universalRouterPolicy,
      universalRouterPolicyFactory: await chain.deploy("policies/UniversalRouterPolicyFactory", [
        universalRouterPolicy,
      ]),
    };
  });

  afterAll(async () => chain.stop());

  const draw = () =>
    toUniversalRouterPolicy(
      {
        router,
        wrappedNative,
        tokens: [...random.list(1 + random.below(8), random.address), nativeToken],
        hooks: random.list(random.below(3), random.address),
        commands: (1 + random.below(supportedCommands)) & supportedCommands || supportedCommands,
      },
      deployment,
    );

  it("names the address that the factory gives, of 40 random configurations", async () => {
    for (let i = 0; i < 40; i += 1) {
      const policy = draw();
      const address = await chain.client.readContract({
        address: deployment.universalRouterPolicyFactory,
        abi: universalRouterPolicyFactoryAbi,
        functionName: "getAddress",
        args: [policy.config],
      });
      expect(isAddressEqual(policy.address, address)).toBe(true);
    }
  });

  it("creates the policy, which then says what it was made of", async () => {
    const policy = draw();
    const { target, data } = toCreatePolicyCall(policy, deployment);
    const hash = await chain.owner.sendTransaction({ to: target, data });
    expect((await chain.client.waitForTransactionReceipt({ hash })).status).toBe("success");
    const { address } = policy;
    const config = await chain.client.readContract({ address, abi: universalRouterPolicyAbi, functionName: "config" });
    expect(config).toEqual(policy.config);
  });

  it("allows by default just what the factory supports", async () => {
    const commands = await chain.client.readContract({
      address: deployment.universalRouterPolicyFactory,
      abi: universalRouterPolicyFactoryAbi,
      functionName: "SUPPORTED_COMMANDS",
    });
    expect(toUniversalRouterPolicy({ router, wrappedNative, tokens: [token] }).config.commands).toBe(commands);
  });
});

describe("toUniversalRouterPolicy", () => {
  it("sorts tokens and hooks, each once", () => {
    const tokens = random.list(6, random.address);
    const { config } = toUniversalRouterPolicy({
      router,
      wrappedNative,
      tokens: [...tokens, ...tokens],
      hooks: tokens,
    });
    expect(config.tokens).toEqual(tokens.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)));
    expect(config.hooks).toEqual(config.tokens);
  });

  it.each([
    ["no tokens", { tokens: [] }],
    ["the zero address as a token", { tokens: [zeroAddress] }],
    ["more tokens than fit", { tokens: random.list(256, random.address) }],
    ["no router", { router: zeroAddress }],
    ["no commands", { commands: 0 }],
    ["a command that pays", { commands: 1 << 6 }],
    ["a command beyond the map", { commands: 2 ** 33 }],
    ["half a command", { commands: 0.5 }],
  ])("refuses %s", (_, change) => {
    const error = attempt(() => toUniversalRouterPolicy({ router, wrappedNative, tokens: [token], ...change }));
    expect(error).toBeInstanceOf(FieldInvalidError);
  });
});
