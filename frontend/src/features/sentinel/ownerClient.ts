import { createLatchkeyClient, type LatchkeyClient } from "@latchkey/sdk";
import { signMessage } from "viem/actions";
import { getConnectorClient } from "wagmi/actions";
import type { Deps } from "../../lib/deps.tsx";

/** A client of the relayer whose requests the connected wallet signs, each with a prompt of its own. */
export const createOwnerClient = async ({ config, wagmiConfig }: Deps): Promise<LatchkeyClient> => {
  const wallet = await getConnectorClient(wagmiConfig, { chainId: config.chainId });
  const { account } = wallet;
  return createLatchkeyClient({
    relayerUrl: config.relayerUrl,
    chainId: config.chainId,
    manager: config.manager,
    owner: { address: account.address, signMessage: ({ message }) => signMessage(wallet, { account, message }) },
    // One prompt, and no second one because the first was slow.
    retryPolicy: { attemptsMax: 1 },
  });
};
