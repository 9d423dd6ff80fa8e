import type { Operation } from "../reference/operation.ts";

/**
 * Leaves out operations as long as `fails` says that the rest still fails. What is left out gives its seconds to the
 * next, so that everything happens when it did.
 */
export async function shrinkSequence(
  operations: readonly Operation[],
  fails: (operations: readonly Operation[]) => Promise<boolean>,
): Promise<readonly Operation[]> {
  let kept = operations;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length;) {
      const fewer = leaveOut(kept, at, size);
      if (fewer.length > 0 && (await fails(fewer))) kept = fewer;
      else at += size;
    }
  }
  return kept;
}

function leaveOut(operations: readonly Operation[], at: number, size: number): readonly Operation[] {
  const seconds = operations.slice(at, at + size).reduce((sum, operation) => sum + operation.seconds, 0);
  const [next, ...rest] = operations.slice(at + size);
  const before = operations.slice(0, at);
  return next === undefined ? before : [...before, { ...next, seconds: next.seconds + seconds }, ...rest];
}
