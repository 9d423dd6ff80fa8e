export type Failure = { file: string; name: string };

/** The failed tests that Hardhat's reporter of Solidity tests printed. */
export function findFailures(output: string): Failure[] {
  const failures: Failure[] = [];
  let file = "";
  for (const line of output.split("\n")) {
    const suite = /^ {2}(\S+\.t\.sol):\w+$/.exec(line);
    const failure = /^ {4}\d+\) (.+)$/.exec(line);
    if (suite?.[1] !== undefined) file = suite[1];
    else if (failure?.[1] !== undefined) failures.push({ file, name: failure[1] });
  }
  return failures;
}
