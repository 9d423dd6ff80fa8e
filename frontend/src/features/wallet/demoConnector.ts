import { type Address, createWalletClient, type EIP1193RequestFn, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { createConnector } from "wagmi";

const localChainId = 31_337;

type Provider = { request: EIP1193RequestFn };

/**
 * An owner whose key is in the page, for trying Latchkey out on the local chain without a wallet extension. Only
 * `npm start` compiles it in; it refuses every other chain.
 */
export const createDemoConnector = ({ privateKey, rpcUrl }: { privateKey: Hex; rpcUrl: string }) => {
  const owner = privateKeyToAccount(privateKey);
  const accounts: readonly Address[] = [owner.address];
  return createConnector<Provider>((config) => {
    const chain = config.chains.find(({ id }) => id === localChainId);
    const getClient = () => createWalletClient({ account: owner, transport: http(rpcUrl), ...(chain && { chain }) });
    return {
      id: "demoOwner",
      name: "Demo owner",
      type: "demo",
      connect: async <withCapabilities extends boolean = false>() => {
        if (chain === undefined) throw new Error("The demo owner exists on the local chain only.");
        await config.storage?.setItem("recentConnectorId", "demoOwner");
        type Accounts = withCapabilities extends true
          ? readonly { address: Address; capabilities: Record<string, unknown> }[]
          : readonly Address[];
        // wagmi's conditional return type can't be narrowed; without capabilities it is the plain list.
        return { accounts: accounts as Accounts, chainId: chain.id };
      },
      disconnect: () => Promise.resolve(),
      getAccounts: () => Promise.resolve(accounts),
      getChainId: () => Promise.resolve(localChainId),
      getProvider: () => Promise.resolve({ request: getClient().request as EIP1193RequestFn }),
      getClient: () => Promise.resolve(getClient()),
      isAuthorized: async () => (await config.storage?.getItem("recentConnectorId")) === "demoOwner",
      onAccountsChanged: () => undefined,
      onChainChanged: (chainId) => config.emitter.emit("change", { chainId: Number(chainId) }),
      onDisconnect: () => config.emitter.emit("disconnect"),
    };
  });
};
