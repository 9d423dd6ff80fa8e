import { toCreatePolicyCall, toUniversalRouterPolicy, type UniversalRouterPolicy } from "@latchkey/sdk";
import { type Address, type Hex, parseEther, zeroHash } from "viem";
import universalRouterPolicyModule from "../../../ignition/modules/UniversalRouterPolicy.ts";
import { type Chain, readArtifact } from "./chain.ts";
import { abis, permit2, type Routers } from "./deployRouters.ts";

const policies = "artifacts/contracts/policies";
export const nativeToken: Address = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE";

export type Policy = UniversalRouterPolicy & {
  ask: (account: Address, data: Hex, value?: bigint) => Promise<string>;
};

/** A policy for the deployed router, and what it says of a call: `admitted`, or the name of its error. */
export async function createPolicy(chain: Chain, routers: Routers, tokens: readonly Address[]): Promise<Policy> {
  const { abi } = readArtifact(`${policies}/UniversalRouterPolicy.sol/UniversalRouterPolicy.json`);
  const deployed = await chain.ignition.deploy(universalRouterPolicyModule);
  const deployment = {
    universalRouterPolicy: (await deployed.universalRouterPolicy.getAddress()) as Address,
    universalRouterPolicyFactory: (await deployed.universalRouterPolicyFactory.getAddress()) as Address,
  };
  const { universalRouter: router, weth: wrappedNative } = routers;
  const policy = toUniversalRouterPolicy({ router, wrappedNative, tokens }, deployment);
  const { target, data: creation } = toCreatePolicyCall(policy, deployment);
  await chain.send(chain.deployer, target, creation);
  const { address } = policy;

  async function ask(account: Address, data: Hex, value = 0n): Promise<string> {
    const args = [account, zeroHash, routers.universalRouter, value, data];
    const refusal = await chain.refusal(account, address, abi, "checkCall", args);
    return refusal?.name ?? "admitted";
  }

  return { ...policy, ask };
}

/** Gives `account` 1000 of everything, and the router all of it through Permit2: the worst an owner can leave behind. */
export async function endow(chain: Chain, routers: Routers, account: Address): Promise<void> {
  const amount = parseEther("1000");
  await chain.networkHelpers.setBalance(account, amount * 2n);
  await chain.send(account, routers.weth, "0xd0e30db0", amount);
  for (const token of [routers.usd, routers.dai, routers.other])
    await chain.call(chain.deployer, token, abis.token, "mint", [account, amount]);
  for (const token of [routers.usd, routers.dai, routers.other, routers.weth]) {
    await chain.call(account, token, abis.token, "approve", [permit2, 2n ** 256n - 1n]);
    const args = [token, routers.universalRouter, 2n ** 160n - 1n, 2 ** 48 - 1];
    await chain.call(account, permit2, abis.permit2, "approve", args);
  }
}
