import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The policy for Uniswap's UniversalRouter and its factory, of use to every account. No admin and no parameters. */
export default buildModule("UniversalRouterPolicy", (m) => {
  const universalRouterPolicy = m.contract("UniversalRouterPolicy");
  const universalRouterPolicyFactory = m.contract("UniversalRouterPolicyFactory", [universalRouterPolicy]);
  return { universalRouterPolicy, universalRouterPolicyFactory };
});
