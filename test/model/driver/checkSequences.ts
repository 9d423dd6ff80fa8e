import { generateSequence } from "../generate/generateSequence.ts";
import type { Operation } from "../reference/operation.ts";
import type { Expectation } from "../reference/runOperation.ts";
import { actors } from "./actors.ts";
import { createChain, type Chain } from "./createChain.ts";
import { describeOperations } from "./describeOperations.ts";
import { createStart } from "./endowments.ts";
import { runSequence, type Divergence } from "./runSequence.ts";
import { shrinkSequence } from "./shrinkSequence.ts";

export type Check = {
  /** The first difference, shrunk, in words; undefined = none. */
  report: string | undefined;
  /** How often each kind of step came to each verdict. */
  counts: Map<string, number>;
};

/** Runs the sequences that `seed`, `seed + 1`, … name, until one differs. */
export async function checkSequences({
  seed,
  sequences,
  onProgress = () => undefined,
}: {
  seed: number;
  sequences: number;
  onProgress?: (done: number) => void;
}): Promise<Check> {
  let chain = await createChain();
  const counts = new Map<string, number>();
  for (let i = 0; i < sequences; i += 1) {
    // A chain remembers more than it needs; a new one is the same chain.
    if (i > 0 && i % 500 === 0) {
      await chain.close();
      chain = await createChain();
    }
    const sequence = generateSequence(chain.setting, actors, createStart(chain.setting), seed + i);
    const divergence = await runSequence(chain, sequence, (operation, expectation) =>
      countVerdicts(counts, operation, expectation),
    );
    if (divergence !== undefined) {
      return { report: await toReport(chain, seed + i, sequence, divergence), counts };
    }
    onProgress(i + 1);
  }
  await chain.close();
  return { report: undefined, counts };
}

function countVerdicts(counts: Map<string, number>, { step }: Operation, { verdict, outcomes }: Expectation): void {
  const acted = "act" in step ? step.act : step.kind === "execute" ? step.by : step.kind;
  const name = "message" in step && step.message !== undefined ? `${acted}WithSignature` : acted;
  const count = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const [first] = verdict;
  count(`${name}: ${first === undefined ? "accepted" : first.error}`);
  for (const outcome of outcomes) count(`order in a batch: ${outcome.verdict[0]?.error ?? "executed"}`);
}

async function toReport(
  chain: Chain,
  seed: number,
  sequence: ReturnType<typeof generateSequence>,
  first: Divergence,
): Promise<string> {
  const { plans } = sequence;
  let last = first;
  const operations = await shrinkSequence(sequence.operations.slice(0, first.index + 1), async (fewer) => {
    const divergence = await runSequence(chain, { operations: fewer, plans });
    // Another difference than the one that was found would hide it.
    if (divergence === undefined || divergence.operation.step !== first.operation.step) return false;
    last = divergence;
    return true;
  });
  return [
    `Model and manager differ in the sequence of seed ${seed}: npm run test:model -- --seed ${seed} --sequences 1`,
    `Shrunk from ${first.index + 1} to ${operations.length} operations:`,
    describeOperations(operations, plans),
    last.difference,
  ].join("\n");
}
