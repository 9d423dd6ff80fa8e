/** One reason to refuse: an error of the manager's interface, and those of its arguments that DESIGN decides. */
export type Refusal = {
  error: string;
  /** In the order of the error's arguments; `undefined` where DESIGN leaves the value open. */
  args: readonly unknown[];
};

/**
 * What the manager owes to an operation: none = it must be accepted. Several = it must be refused, by any one of them,
 * since DESIGN does not say which of these checks comes first.
 */
export type Verdict = readonly Refusal[];

export const accepted: Verdict = [];

export function refuse(error: string, ...args: readonly unknown[]): Refusal {
  return { error, args };
}

/** `refusal` if `isBroken`. */
export function refuseIf(isBroken: boolean, refusal: () => Refusal): Verdict {
  return isBroken ? [refusal()] : accepted;
}
