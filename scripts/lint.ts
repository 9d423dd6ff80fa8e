import { runSteps } from "./runSteps.ts";

await runSteps([
  { name: "lockfile", command: "node scripts/completeLockfile.mjs --check" },
  { name: "format", command: "prettier --check --log-level warn ." },
  { name: "TypeScript", command: "oxlint --type-aware --deny-warnings --report-unused-disable-directives" },
  {
    name: "Solidity",
    command: 'solhint --disc --noPoster --max-warnings 0 "contracts/**/*.sol" "test/contracts/**/*.sol"',
  },
  { name: "compiler warnings", command: "hardhat build --quiet && node scripts/checkCompilerWarnings.ts" },
  { name: "contract sizes", command: "node scripts/checkSizes.ts" },
  { name: "unused code", command: "knip" },
  { name: "package", command: "npm run build --silent --workspace sdk && publint sdk --strict" },
]);
