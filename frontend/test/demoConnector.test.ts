import { defineChain, http } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { createConfig } from "wagmi";
import { connect, getConnection } from "wagmi/actions";
import { createDemoConnector } from "../src/features/wallet/demoConnector.ts";

const privateKey = generatePrivateKey();
const rpcUrl = "http://127.0.0.1:8545";

const createConfigOn = (chainId: number) => {
  const chain = defineChain({
    id: chainId,
    name: "Test",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
  const connectors = [createDemoConnector({ privateKey, rpcUrl })];
  return createConfig({ chains: [chain], transports: { [chainId]: http(rpcUrl) }, connectors, storage: null });
};
const connectDemo = (config: ReturnType<typeof createConfigOn>) => {
  const connector = config.connectors.find(({ id }) => id === "demoOwner");
  if (connector === undefined) throw new Error("There is no demo owner");
  return connect(config, { connector });
};

describe("the demo owner", () => {
  it("connects on the local chain", async () => {
    const config = createConfigOn(31_337);
    await connectDemo(config);
    expect(getConnection(config).address).toBe(privateKeyToAccount(privateKey).address);
  });

  it("refuses any other chain", async () => {
    await expect(connectDemo(createConfigOn(1))).rejects.toThrow("local chain only");
  });
});
