import { runSteps } from "./runSteps.ts";

await runSteps([
  { name: "contract types", command: "hardhat build --quiet" },
  { name: "root", command: "tsc -p tsconfig.json" },
  { name: "sdk", command: "tsc -p sdk" },
  { name: "relayer", command: "tsc -p relayer" },
  { name: "frontend", command: "tsc -p frontend" },
  { name: "e2e", command: "tsc -p test/e2e" },
]);
