import { getAddress, size, slice, zeroAddress, zeroHash, type Hex } from "viem";
import type { ApiPolicy } from "./apiPolicy.ts";
import { describeApiPolicy } from "./describeApiPolicy.ts";
import type { AccountKind, Session } from "./session.ts";
import { toDurationWords, type Words } from "./words.ts";

const accountWords: Readonly<Record<AccountKind, string | undefined>> = {
  sessionAccount: undefined,
  erc7579: "Your account is an ERC-7579 account, and must have installed Latchkey as an executor module.",
  safe: "Your account is a Safe, and must have enabled Latchkey as a module; guards of the Safe do not see what it does.",
};

/** A sentence for each condition a session names beside its limits: how often, by whom, and who watches. */
export function describeConditions(session: Session, words: Words, policy?: ApiPolicy): string[] {
  const { limits, minInterval, relayer, revokeOnMisuse, salt } = session;
  return [
    limits.length === 0 && "No token is limited, so none can be spent through what Latchkey meters.",
    size(session.signer) > 20 && `Its key is ${toSignerWords(session.signer, words)}.`,
    minInterval !== 0 && `At least ${toDurationWords(minInterval)} between two orders.`,
    relayer !== zeroAddress &&
      `Only through the relayer ${words.toName(relayer)}; nobody else can submit its orders, the key itself included.`,
    accountWords[session.accountKind],
    ...describeSentinel(session, words),
    session.approver !== "0x" &&
      `Its approver, who signs beside the key where a limit asks for it, is ${toSignerWords(session.approver, words)}.`,
    revokeOnMisuse && "Ends for ever once anyone shows an order signed by its key that it does not allow.",
    ...(describeApiPolicy(session, policy) ?? [
      salt !== zeroHash && `Carries the value ${salt}, which the chain does not interpret.`,
    ]),
  ].filter((sentence) => typeof sentence === "string");
}

function describeSentinel({ sentinel, sentinelMayRevoke, leaseTtl }: Session, words: Words): (string | false)[] {
  const name = words.toName(sentinel);
  const powers = sentinelMayRevoke ? "suspend it, or revoke it for ever" : "suspend it until you resume it";
  return [
    (sentinel !== zeroAddress || sentinelMayRevoke) && `The sentinel ${name} may ${powers}, and nothing else.`,
    leaseTtl !== 0 &&
      `Every order needs a lease, by which the sentinel ${name} says that all is well; a lease is good for ${toDurationWords(leaseTtl)}, so the key is dead that long after the sentinel falls silent.`,
  ];
}

/** A name or address; for longer ERC-7913 bytes, who verifies the key, and the key. */
function toSignerWords(signer: Hex, words: Words): string {
  if (size(signer) < 20) return signer;
  const verifier = getAddress(slice(signer, 0, 20));
  return size(signer) === 20
    ? words.toName(verifier)
    : `${slice(signer, 20)}, which ${words.toName(verifier)} verifies`;
}
