import { globSync } from "node:fs";
import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

/** The compiler comes from npm, so that nothing is downloaded and everyone compiles with the same bytes. */
const compiler = {
  version: "0.8.37",
  path: require.resolve("solc/soljson.js"),
  settings: {
    viaIR: true,
    optimizer: { enabled: true, runs: 200 },
    evmVersion: "osaka",
  },
} as const;

/** Tests deploy the artifacts of what they test, so they themselves may be compiled the quick way. */
const testCompiler = { ...compiler, settings: { evmVersion: compiler.settings.evmVersion } };
const testFiles = globSync("test/contracts/**/*.t.sol", { cwd: import.meta.dirname });

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers],
  solidity: {
    profiles: {
      default: {
        compilers: [compiler],
        overrides: Object.fromEntries(testFiles.map((file) => [file, testCompiler])),
      },
      production: compiler,
    },
  },
  paths: {
    tests: { mocha: "./test/flows", solidity: "./test/contracts" },
  },
  test: {
    solidity: {
      fuzz: { runs: 128 },
      invariant: { runs: 12, depth: 32, failOnRevert: true },
    },
    mocha: { timeout: 60_000 },
  },
  coverage: { skipFiles: ["test/**", "contracts/test/**"] },
  networks: {
    localhost: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
    sepolia: {
      type: "http",
      chainType: "l1",
      url: configVariable("SEPOLIA_RPC_URL"),
      accounts: [configVariable("SEPOLIA_DEPLOYER_KEY")],
    },
    baseSepolia: {
      type: "http",
      chainType: "op",
      url: configVariable("BASE_SEPOLIA_RPC_URL"),
      accounts: [configVariable("BASE_SEPOLIA_DEPLOYER_KEY")],
    },
  },
});
