import type { Step, Submission } from "../reference/operation.ts";
import type { SessionPlan } from "../reference/state.ts";
import type { Draft } from "./draft.ts";
import { findPlan } from "./findPlan.ts";
import { generateSubmission, spoilSubmission, type Sent } from "./generateSubmission.ts";

/** One order, at times with a fault, at times as a delegation. */
export function generateExecute(draft: Draft, plan: SessionPlan): Step {
  const { submission, sender } = generateSent(draft, plan);
  // A broken encoding is one of packed bytes, which a delegation does not have.
  const by = submission.broken === "nowhere" && draft.random.chance(0.12) ? "redeem" : "execute";
  return { kind: "execute", by, ...starve(draft, submission), sender };
}

/** Up to four orders of one session or several. */
export function generateBatch(draft: Draft): Step {
  const { random, actors } = draft;
  const count = random.int(5);
  const sender = random.pick([actors.relayer, actors.relayer, actors.otherRelayer, actors.key]);
  const sent = Array.from({ length: count }, () => generateSent(draft, findPlan(draft)).submission);
  const [first] = sent;
  // The same order twice, and orders of one session after each other.
  const submissions = sent.map((submission, index) => {
    if (index === 0 || first === undefined || !random.chance(0.3)) return submission;
    if (random.chance(0.3)) return first;
    return { ...generateSubmission(draft, first.plan).submission, nonce: first.nonce + index };
  });
  const isStarved = random.chance(0.02) && submissions.every(({ broken }) => broken === "nowhere");
  const starved = submissions.map((submission) => ({ ...submission, gasLimit: 4_000_000 }));
  return { kind: "batch", submissions: isStarved ? starved : submissions, sender, isStarved };
}

function generateSent(draft: Draft, plan: SessionPlan): Sent {
  const sent = generateSubmission(draft, plan);
  return draft.random.chance(0.75) ? sent : spoilSubmission(draft, sent);
}

function starve({ random }: Draft, submission: Submission): { submission: Submission; isStarved: boolean } {
  const isStarved = submission.broken === "nowhere" && random.chance(0.02);
  return { submission: isStarved ? { ...submission, gasLimit: 4_000_000 } : submission, isStarved };
}
