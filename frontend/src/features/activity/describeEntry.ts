import { type Glossary, toErrorSentence } from "@latchkey/sdk";
import { zeroAddress } from "viem";
import type { Tone } from "../../components/Badge.tsx";
import type { ActivityEntry } from "./activityEntry.ts";

export type EntryWords = { label: string; tone: Tone; detail: string | undefined };

/** The label and, where the chain gave one, the reason in words. */
export const describeEntry = (entry: ActivityEntry, glossary: Glossary): EntryWords => {
  switch (entry.name) {
    case "OrderExecuted":
      return { label: `Order ${entry.nonce} ran`, tone: "good", detail: undefined };
    case "OrderFailed":
      return { label: `Order ${entry.nonce} failed`, tone: "bad", detail: toReason(entry, glossary) };
    case "OrderSkipped":
      return { label: "Order refused", tone: "bad", detail: toReason(entry, glossary) };
    case "SessionGranted":
      return { label: "Key granted", tone: "brass", detail: undefined };
    case "SessionRevoked":
      return { label: "Key revoked", tone: "warn", detail: undefined };
    case "SessionSuspended":
      return { label: "Key suspended by its sentinel", tone: "warn", detail: undefined };
    case "SessionResumed":
      return { label: "Key resumed", tone: "brass", detail: undefined };
    case "MisuseProven":
      return { label: "Misuse proven", tone: "bad", detail: "The key signed an order that none of its scopes admits." };
    case "SessionsRevoked":
      return { label: "All keys revoked", tone: "warn", detail: undefined };
    case "AccountPaused":
      return { label: "All keys paused", tone: "warn", detail: undefined };
    case "AccountUnpaused":
      return { label: "Keys unpaused", tone: "brass", detail: undefined };
    case "GuardianSet":
      return entry.guardian === zeroAddress
        ? { label: "Guardian removed", tone: "warn", detail: undefined }
        : { label: "Guardian named", tone: "brass", detail: `${entry.guardian} may pause all keys.` };
  }
};

const toReason = ({ reason }: { reason: `0x${string}` }, glossary: Glossary): string =>
  reason === "0x" ? "It ran out of the gas it signed for." : toErrorSentence(reason, glossary).sentence;
