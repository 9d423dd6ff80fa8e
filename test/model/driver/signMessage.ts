import { hashTypedData, type Address, type Hex } from "viem";
import { hashTypedData as hashNested, wrapTypedDataSignature } from "viem/experimental/erc7739";
import { getSigner } from "./actors.ts";
import type { Message } from "./messages.ts";

const signatures = new Map<string, Hex>();
const remembered = 1_000;

/** An EOA's signature over `hash`: made once, since what is simulated or replayed is the same to the bit. */
export async function signHash(by: Address, hash: Hex): Promise<Hex> {
  const name = `${by}${hash}`;
  const known = signatures.get(name);
  if (known !== undefined) return known;
  if (signatures.size >= remembered) signatures.clear();
  const signature = await getSigner(by).sign({ hash });
  signatures.set(name, signature);
  return signature;
}

/** An EOA's signature over `message`. */
export async function signMessage(by: Address, message: Message): Promise<Hex> {
  return signHash(by, hashTypedData(message));
}

/** A signature for `account` by `by`, who claims to own it: nested as in ERC-7739, unless the account is the signer. */
export async function signForAccount(account: Address, by: Address, message: Message): Promise<Hex> {
  if (account === by) return signMessage(by, message);
  const verifierDomain = {
    name: "Latchkey SessionAccount",
    version: "1",
    chainId: Number(message.domain.chainId),
    verifyingContract: account,
    salt: `0x${"0".repeat(64)}`,
  } as const;
  const hash = hashNested({ ...message, verifierDomain });
  const signature = await signHash(by, hash);
  // Its types are derived from the message's, which are only known here to be some.
  return wrapTypedDataSignature({ ...message, signature } as Parameters<typeof wrapTypedDataSignature>[0]);
}
