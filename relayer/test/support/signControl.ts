import { sessionManagerAbi, signForAccount, toControlTypedData, type ControlMessage } from "@latchkey/sdk";
import type { Address, Hex, LocalAccount } from "viem";
import { day, type World } from "./createWorld.ts";

type Message = { type: "Revoke" | "Surrender"; sessionId: Hex } | { type: "Pause" };

/** The body of a control, signed by the owner for the account, or by `signer` alone. */
export async function signControl(
  { chain, manager }: World,
  { message, account, signer }: { message: Message; account: Address; signer?: LocalAccount },
) {
  const { client, accounts, chainId } = chain;
  const args = [account] as const;
  const { controlNonce } = await client.readContract({
    address: manager,
    abi: sessionManagerAbi,
    functionName: "accountStateOf",
    args,
  });
  const dated = { controlNonce, deadline: (await chain.getTime()) + day };
  const full: ControlMessage = { ...message, account, ...dated };
  const typedData = toControlTypedData(full, { chainId, manager });
  const owner = accounts.owner.account;
  const signature =
    signer === undefined ? await signForAccount({ typedData, account, owner }) : await signer.signTypedData(typedData);
  return { ...dated, signature };
}
