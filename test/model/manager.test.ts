import { expect } from "chai";
import { checkSequences } from "./driver/checkSequences.ts";

/** What a short run must have met, or it would prove little. */
const met = [
  "grant: accepted",
  "grantWithSignature: accepted",
  "grant: LimitMissing",
  "revoke: accepted",
  "surrender: accepted",
  "suspendWithSignature: accepted",
  "resume: accepted",
  "pause: accepted",
  "pauseWithSignature: accepted",
  "unpause: accepted",
  "revokeAll: accepted",
  "setGuardianWithSignature: ControlNonceMismatch",
  "misuse: accepted",
  "misuse: MisuseNotProven",
  "onUninstall: accepted",
  "execute: accepted",
  "execute: LimitExceeded",
  "execute: InventoryExceeded",
  "execute: ApprovalMissing",
  "execute: LeaseNotCurrent",
  "execute: NonceUsed",
  "execute: IntervalNotOver",
  "execute: ScopeNotGranted",
  "execute: RuleBroken",
  "execute: CallReverted",
  "execute: InsufficientGas",
  "redeem: accepted",
  "order in a batch: executed",
  "order in a batch: NonceUsed",
  "order in a batch: CallReverted",
];

describe("The session manager and its reference model", () => {
  it("agree after each of the operations of 150 random sequences", async () => {
    const { report, counts } = await checkSequences({ seed: 1, sequences: 150 });
    expect(report).to.equal(undefined);
    expect(met.filter((verdict) => !counts.has(verdict))).to.deep.equal([]);
  }).timeout(300_000);
});
