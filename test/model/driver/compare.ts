import { sessionStatuses, spendMethods } from "@latchkey/sdk";
import type { Refusal, Verdict } from "../reference/verdict.ts";
import type { Expectation } from "../reference/runOperation.ts";
import type { Observed, ObservedError } from "./observed.ts";
import type { View } from "./view.ts";

/** How the chain differs from the model; undefined = not at all. */
export function compareVerdicts(expected: Expectation, observed: Observed): string | undefined {
  const difference = comparePreflight(expected, observed) ?? compareVerdict(expected.verdict, observed.error);
  if (difference !== undefined || expected.verdict.length > 0) return difference;
  if (expected.outcomes.length !== observed.outcomes.length) {
    return `expected ${expected.outcomes.length} outcomes, but saw ${observed.outcomes.length}`;
  }
  for (const [index, outcome] of expected.outcomes.entries()) {
    const seen = observed.outcomes[index];
    if (seen?.result !== outcome.result) {
      const [was, should] = [describeError(seen?.error), outcome.verdict.map(describe).join(" or ")];
      return `order ${index} of the batch should be ${outcome.result} (${should}), but was ${seen?.result} (${was})`;
    }
    const inOrder = compareVerdict(outcome.verdict, seen.error);
    if (inOrder !== undefined) return `order ${index} of the batch: ${inOrder}`;
    const returned = observed.results[index];
    const selector = seen.error?.selector ?? "0x00000000";
    if (returned !== selector) return `order ${index} of the batch: ${returned} was returned for ${selector}`;
  }
  return undefined;
}

function comparePreflight({ checks }: Expectation, { preflight }: Observed): string | undefined {
  if (checks === undefined || preflight === undefined) return undefined;
  const difference = compareVerdict(checks, preflight.error);
  return difference === undefined ? undefined : `preflight: ${difference}`;
}

export function compareViews(expected: View, observed: View): string | undefined {
  const differences = Object.entries(expected).flatMap(([name, values]) => {
    const seen = observed[name]?.join();
    const isSame = seen !== undefined && values.includes(seen);
    return isSame ? [] : [`${name}: expected ${values.join(" or ")}, but it is ${seen}`];
  });
  return differences.length === 0 ? undefined : differences.join("\n");
}

function compareVerdict(verdict: Verdict, error: ObservedError | undefined): string | undefined {
  const expected = verdict.map(describe).join(" or ") || "acceptance";
  const isSame =
    error === undefined
      ? verdict.length === 0
      : verdict.some((refusal) => isRefusal(refusal, error) || isHidden(error));
  return isSame ? undefined : `expected ${expected}, but saw ${describeError(error)}`;
}

function isRefusal({ error, args }: Refusal, observed: ObservedError): boolean {
  return (
    error === observed.name &&
    args.length === observed.args.length &&
    args.every((arg, index) => arg === undefined || normalize(arg) === normalize(observed.args[index]))
  );
}

/** A Safe does not pass on why what it was told to do failed. */
function isHidden({ name, args }: ObservedError): boolean {
  return name === "Error" && args[0] === "GS013";
}

/** Enums are numbers on the chain; numbers are numbers or bigints, as the ABI's decoder likes. */
function normalize(value: unknown): string {
  for (const names of [sessionStatuses, spendMethods] as const) {
    const index = names.findIndex((name) => name === value);
    if (index >= 0) return String(index);
  }
  if (typeof value === "string") return value.toLowerCase();
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  throw new TypeError(`No error of the manager has an argument of the type ${typeof value}`);
}

function describe({ error, args }: Refusal): string {
  return `${error}(${args.map((arg) => (arg === undefined ? "…" : normalize(arg))).join(", ")})`;
}

function describeError(error: ObservedError | undefined): string {
  return error === undefined ? "acceptance" : `${error.name}(${error.args.map(String).join(", ")})`;
}
