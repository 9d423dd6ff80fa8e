import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import universalRouterPolicyModule from "./UniversalRouterPolicy.ts";

/** `UniversalRouterPolicyFactory.SUPPORTED_COMMANDS`. */
const supportedCommands = 0x15b13;

/**
 * A policy for one chain's UniversalRouter that anyone's sessions may name: swaps among a few tokens, without hooks.
 * Parameters, in ignition/parameters: `router`, `wrappedNative`, and `tokens` in ascending order.
 */
export default buildModule("SwapPolicy", (m) => {
  const { universalRouterPolicyFactory } = m.useModule(universalRouterPolicyModule);
  const config = {
    router: m.getParameter("router"),
    wrappedNative: m.getParameter("wrappedNative"),
    commands: supportedCommands,
    tokens: m.getParameter("tokens"),
    hooks: [],
  };
  const created = m.call(universalRouterPolicyFactory, "createPolicy", [config]);
  const address = m.staticCall(universalRouterPolicyFactory, "getAddress", [config], 0, { after: [created] });
  const swapPolicy = m.contractAt("UniversalRouterPolicy", address, { id: "SwapPolicy" });
  return { universalRouterPolicyFactory, swapPolicy };
});
