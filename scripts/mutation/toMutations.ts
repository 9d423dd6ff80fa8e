/** One small fault in a contract. */
export type Mutation = {
  file: string;
  /** Occurs once in the file. */
  from: string;
  to: string;
  /** Solidity tests, from `test/contracts/`, that should notice; the others run after them. */
  tests: readonly string[];
};

/** Tests by name, several separated by spaces, where they are others than the file's. */
type Change = readonly [from: string, to: string, tests?: string];

/** The faults of one file under `contracts/`. `tests` are names under `test/contracts/`, separated by spaces. */
export function toMutations(file: string, tests: string, changes: readonly Change[]): Mutation[] {
  return changes.map(([from, to, own]) => ({
    file: `contracts/${file}`,
    from,
    to,
    tests: (own ?? tests).split(" ").map((name) => `test/contracts/${name}.t.sol`),
  }));
}
