/**
 * Alto, Pimlico's ERC-4337 bundler, in the run that `npm run bench:relayer` is of Latchkey's relayer: on this machine, so
 * that the two may be compared. Installs Alto 0.0.20 into node_modules/.cache when it is missing.
 *
 *   npm run bench:alto               a table
 *   npm run -s bench:alto -- --json  only the JSON
 *
 * Options: --orders <n> (default 10000), --accounts <n> (100).
 */
import { parseArgs } from "node:util";
import { buildContracts } from "../../scripts/bench/buildContracts.ts";
import { installAlto } from "./alto/installAlto.ts";
import { runAltoBench } from "./alto/runAltoBench.ts";
import { exitOnSignal } from "./exitOnSignal.ts";
import { toWhole } from "./toWhole.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    orders: { type: "string", default: "10000" },
    accounts: { type: "string", default: "100" },
  },
});

const onProgress = (text: string): void => console.error(`── ${text}`);
exitOnSignal();
buildContracts();
const result = await runAltoBench(installAlto(onProgress), {
  orders: toWhole("orders", values.orders, 100, 1_000_000),
  accounts: toWhole("accounts", values.accounts, 1, 10_000),
  onProgress,
});
if (values.json) console.log(JSON.stringify(result));
else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(24)} ${String(value).padStart(8)}`);
