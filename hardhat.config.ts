import { globSync } from "node:fs";
import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";
import { create2Salt } from "./ignition/create2.ts";

const require = createRequire(import.meta.url);

/** The compiler comes from npm, so that nothing is downloaded and everyone compiles with the same bytes. */
const compiler = {
  version: "0.8.37",
  path: require.resolve("solc/soljson.js"),
  settings: {
    viaIR: true,
    optimizer: { enabled: true, runs: 20_000 },
    evmVersion: "osaka",
  },
} as const;

/** Tests deploy the artifacts of what they test, so they themselves may be compiled the quick way. */
const testCompiler = { ...compiler, settings: { evmVersion: compiler.settings.evmVersion } };
/** Of session keys that are not addresses (ERC-7913), as OpenZeppelin has them: for tests. */
const keyVerifiers = ["P256", "WebAuthn", "RSA"].map(
  (kind) => `@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913${kind}Verifier.sol`,
);
/** Holds Permit2's runtime code, which Permit2's own tests put at its address in the same way. */
const permit2Code = "node_modules/@uniswap/v4-periphery/lib/permit2/test/utils/DeployPermit2.sol";
/** Safe 1.4.1 as published, which the invariants deploy. */
const safeCode = ["Safe.sol/Safe.json", "proxies/SafeProxy.sol/SafeProxy.json"].map(
  (file) => `node_modules/@safe-global/safe-contracts/build/artifacts/contracts/${file}`,
);
const testFiles = globSync("test/contracts/**/*.t.sol", { cwd: import.meta.dirname });

/** Hardhat compiles together what shares one configuration object, and makes one for each override, so for each test. */
const compileTestsTogether: HardhatPlugin = {
  id: "compile-tests-together",
  hookHandlers: {
    config: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            resolveUserConfig: async (userConfig, resolveConfigurationVariable, next) => {
              const config = await next(userConfig, resolveConfigurationVariable);
              const overrides = config.solidity.profiles["default"]?.overrides ?? {};
              const [shared] = Object.values(overrides);
              for (const file of Object.keys(overrides)) if (shared) overrides[file] = shared;
              return config;
            },
          }),
      }),
  },
};

/** How much is drawn at random, beside the usual: 10 in `npm run test:contracts:deep`, less where every run costs more. */
const depth = Number(process.env["LATCHKEY_DEPTH"] ?? "1");

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers, compileTestsTogether],
  solidity: {
    npmFilesToBuild: keyVerifiers,
    profiles: {
      default: {
        compilers: [compiler],
        overrides: Object.fromEntries(testFiles.map((file) => [file, testCompiler])),
      },
      // Each file by itself would give the same bytes, slowly, and a build info that Hardhat's own network cannot read for
      // a file without contracts.
      production: { ...compiler, isolated: false },
    },
  },
  paths: {
    tests: { mocha: "./test/flows", solidity: "./test/contracts" },
  },
  test: {
    solidity: {
      fsPermissions: { readFile: [permit2Code, ...safeCode] },
      fuzz: { runs: Math.ceil(128 * depth) },
      invariant: { runs: Math.ceil(12 * depth), depth: 32, failOnRevert: true },
    },
    mocha: { timeout: 60_000 },
  },
  // `npm run coverage:contracts` instruments by itself and only collects by Hardhat: see scripts/probes/hitLibrary.ts.
  coverage: { skipFiles: ["**"] },
  ignition: { strategyConfig: { create2: { salt: create2Salt } } },
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
