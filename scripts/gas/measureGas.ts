import { createGasBench } from "./createGasBench.ts";
import { createMeasures, type Measures } from "./createMeasures.ts";
import { measureControl } from "./measureControl.ts";
import { measureProofs, measureSessionKeys } from "./measureProofs.ts";
import { measureRevokeAll, measureSessions, measureUnusedFeatures } from "./measureSessions.ts";
import { measureSwaps } from "./measureSwaps.ts";

/** Gas by name. Whole transactions, but for `J5` (per use), `scopesPerDoubling` and `unusedFeatures`. */
export type GasResults = Readonly<Record<string, number>>;

/** Everything that `npm run bench:gas` measures. */
export async function measureGas(): Promise<GasResults> {
  const measures = await createMeasures(await createGasBench());
  const { accounts } = measures.bench;
  const jobs = await measures.measureJobs(accounts.createClone);
  const { J1 = 0n } = jobs;
  const sessions = await measureSessions(measures);
  const results: Record<string, bigint> = {
    ...jobs,
    revokeAll1: await measureRevokeAll(measures, 1),
    revokeAll100: await measureRevokeAll(measures, 100),
    ...sessions,
    scopesPerDoubling: toPerDoubling(sessions),
    unusedFeatures: await measureUnusedFeatures(measures, J1),
    ...withSuffix("Plain", await measurePlain(measures)),
    ...withSuffix("Eip7702", await measures.measureJobs(accounts.createDelegatedEoa)),
    ...withSuffix("Safe", await measures.measureJobs(accounts.createSafe)),
    ...withSuffix("Erc7579", await measures.measureJobs(accounts.createErc7579)),
    ...(await measureSessionKeys(measures)),
    ...(await measureProofs(measures)),
    ...(await measureControl(measures)),
    ...(await measureSwaps(measures)),
  };
  return Object.fromEntries(Object.entries(results).map(([name, gas]) => [name, Number(gas)]));
}

/** From 1 scope to 1000 their number doubles log2(1000) times. */
function toPerDoubling({ scopes1 = 0n, scopes1000 = 0n }: Record<string, bigint>): bigint {
  return BigInt(Math.round(Number(scopes1000 - scopes1) / Math.log2(1000)));
}

function withSuffix(suffix: string, results: Record<string, bigint>): Record<string, bigint> {
  return Object.fromEntries(Object.entries(results).map(([name, gas]) => [`${name}${suffix}`, gas]));
}

/** The same jobs by an EOA, without any session. */
async function measurePlain({ bench, mint, token, transfer, increment, native }: Measures) {
  const from = bench.owner.address;
  await mint(from);
  return {
    J1: await bench.send(from, token, transfer.data),
    J2: await bench.send(from, token, increment.data),
    J3: await bench.send(from, native.scope.target, "0x", native.value),
  };
}
