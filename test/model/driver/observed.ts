import { decodeErrorResult, slice, type Abi, type Hex } from "viem";

/** A refusal as the chain words it. */
export type ObservedError = { name: string; args: readonly unknown[]; selector: Hex };

export type ObservedOutcome = { result: "executed" | "failed" | "skipped"; error: ObservedError | undefined };

/** What an operation came to on the chain; no error = accepted. */
export type Observed = {
  error: ObservedError | undefined;
  /** What the events say about each order of a batch. */
  outcomes: readonly ObservedOutcome[];
  /** What `executeBatch` returned about each order. */
  results: readonly Hex[];
  /** What `preflight` said of an order; undefined = it was not asked. */
  preflight: { error: ObservedError | undefined } | undefined;
};

export function decodeError(abi: Abi, data: Hex): ObservedError {
  const selector = data.length < 10 ? "0x00000000" : slice(data, 0, 4);
  try {
    const { errorName, args } = decodeErrorResult({ abi, data });
    return { name: errorName, args: args ?? [], selector };
  } catch (error) {
    // An error of a contract behind the manager is a finding, not a fault of the test.
    if (!(error instanceof Error)) throw error;
    return { name: `unknown ${data}`, args: [], selector };
  }
}
