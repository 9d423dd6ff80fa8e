import { hashTypedData, type Address, type Hex } from "viem";
import type { ControlMessage, Signed } from "../reference/operation.ts";
import { getAccountOf } from "../reference/setting.ts";
import type { Chain } from "./createChain.ts";
import { toOther } from "./encodeSubmission.ts";
import type { Domain, Message } from "./messages.ts";
import { signForSafe } from "./safe.ts";
import { signForAccount, signMessage } from "./signMessage.ts";

/** What is put in place of the truth where a message was tampered with. */
export type Tampering = {
  domain: Domain;
  /** The account's or session's, unless it is this. */
  subject: Hex | undefined;
  nonce: (nonce: number) => number;
  deadline: (deadline: number) => number;
};

const otherHash: Hex = `0x${"5a".repeat(32)}`;

/** A control message's signature, by the owner for the account and by everyone else for themselves. */
export async function signTampered(
  { domain, setting }: Chain,
  account: Address,
  { by, tampered }: Signed,
  toMessage: (tampering: Tampering) => Message,
): Promise<Hex> {
  const message = toMessage({
    domain: tampered === "domain" ? toOther(domain) : domain,
    subject: tampered === "subject" ? otherHash : undefined,
    nonce: (nonce) => (tampered === "nonce" ? nonce + 1 : nonce),
    deadline: (deadline) => (tampered === "deadline" ? deadline + 1 : deadline),
  });
  const { owner, kind } = getAccountOf(setting, account);
  if (owner !== by) return signMessage(by, message);
  return kind === "safe"
    ? signForSafe(account, by, domain.chainId, hashTypedData(message))
    : signForAccount(account, by, message);
}

/** `ISessionTypes.Control`. */
export async function signControl(
  chain: Chain,
  account: Address,
  message: ControlMessage,
  toMessage: (tampering: Tampering) => Message,
) {
  const signature = await signTampered(chain, account, message, toMessage);
  return { controlNonce: message.controlNonce, deadline: message.deadline, signature };
}
