import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../root.ts";

export type Suite = {
  name: string;
  title: string;
  timeoutMs: number;
  toCommand: (reportPath: string) => [string, ...string[]];
};

const minute = 60_000;

function createVitestSuite(name: string, title: string, folder: string, timeoutMs: number): Suite {
  return {
    name,
    title,
    timeoutMs,
    toCommand: (reportPath) => {
      const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportPath}`];
      return ["vitest", "run", "--root", folder, ...reporters];
    },
  };
}

function createMochaSuite(name: string, title: string, folder: string, timeoutMs: number): Suite {
  return {
    name,
    title,
    timeoutMs,
    toCommand: (reportPath) => {
      const files = readdirSync(join(root, folder))
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(root, folder, file));
      const script = "scripts/testing/hardhatSuite.ts";
      return ["node", "--conditions=latchkey-source", script, "mocha", reportPath, ...files];
    },
  };
}

/** Every suite of `npm test`, in the order in which they run. */
export const suites: readonly Suite[] = [
  {
    name: "contracts",
    title: "Contracts: unit, fuzz and invariant tests in Solidity",
    timeoutMs: 18 * minute,
    toCommand: (reportPath) => ["node", "scripts/testing/hardhatSuite.ts", "solidity", reportPath],
  },
  createMochaSuite("flows", "Contracts: flows on a simulated chain", "test/flows", 12 * minute),
  createMochaSuite(
    "interop",
    "Contracts: before the real Uniswap, Permit2 and other makers' accounts",
    "test/interop",
    12 * minute,
  ),
  createMochaSuite("model", "Contracts: against their reference model", "test/model", 12 * minute),
  createVitestSuite("sdk", "SDK", "sdk", 12 * minute),
  // On a slow machine it takes 12 minutes and more; the limit is for what hangs.
  createVitestSuite("relayer", "Relayer", "relayer", 25 * minute),
  createVitestSuite("frontend", "Web app", "frontend", 12 * minute),
  createVitestSuite("docs", "Documentation", "test/docs", minute),
  createMochaSuite("stack", "The whole stack: chain, Uniswap, relayer and bot", "test/flows/stack", 15 * minute),
  createVitestSuite("e2e", "The web app in a real browser", "test/e2e", 15 * minute),
];
