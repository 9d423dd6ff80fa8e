/**
 * Whole-transaction gas (`receipt.gasUsed`) of Latchkey on a fresh in-process chain: uses are the third of their
 * session, recipients hold the token already.
 *
 *   npm run bench:gas               a table beside the peers' figures
 *   npm run -s bench:gas -- --json  only the JSON
 */
import hre from "hardhat";
import { encodeFunctionData, keccak256, numberToHex, parseAbi, size, type Abi, type Address, type Hex } from "viem";
import { encodeRevoke, encodeRevokeAll, nativeToken, type Scope } from "@latchkey/sdk";
import { createGasBench, toDailyLimit, toPlainScope, type GasBench, type Granted } from "./gas/createGasBench.ts";
import { jobs, peers } from "./gas/peers.ts";

const tokenAbi = parseAbi([
  "function mint(address to, uint256 amount)",
  "function transfer(address to, uint256 amount)",
  "function increment()",
]);
const recipient: Address = "0x5f3ea8d1c07b2e6a94f1b8c3d2e7a60918f4c5b7";
const coin = 10n ** 18n;
const transfer = encodeFunctionData({ abi: tokenAbi, functionName: "transfer", args: [recipient, coin] });
const increment = encodeFunctionData({ abi: tokenAbi, functionName: "increment" });

function toSelector(data: Hex): Hex {
  return data.slice(0, 10) as Hex;
}

async function createBench(): Promise<{ bench: GasBench; token: Address }> {
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
  const { provider } = await hre.network.create();
  // Hardhat's provider is EIP-1193; viem's type for it lists every method.
  const request = provider.request.bind(provider) as Parameters<typeof createGasBench>[0]["request"];
  const bench = await createGasBench({ request } as Parameters<typeof createGasBench>[0], async (name) => {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    return { abi: abi as Abi, bytecode: bytecode as Hex };
  });
  return { bench, token: await bench.deploy("GasToken") };
}

const { bench, token } = await createBench();
let accounts = 0;

function toRow(name: string, cells: readonly string[]): string {
  return [name.padEnd(30), ...cells.map((cell) => cell.padStart(9))].join("");
}

/** An account with tokens and ether. */
async function createRichAccount(): Promise<Address> {
  accounts += 1;
  const account = await bench.createAccount(numberToHex(accounts, { size: 32 }));
  await mint(account);
  await bench.send(bench.owner, account, "0x", coin);
  return account;
}

async function mint(to: Address): Promise<void> {
  const data = encodeFunctionData({ abi: tokenAbi, functionName: "mint", args: [to, 1_000n * coin] });
  await bench.send(bench.relayer, token, data);
}

const transferScope = toPlainScope(token, toSelector(transfer));
const transferLimits = [toDailyLimit(token, 500n * coin)];

async function grantTransfers(): Promise<Granted & { gas: bigint }> {
  return bench.grant(await createRichAccount(), { limits: transferLimits, scopes: [transferScope] });
}

/** The gas of the third of three equal uses. */
async function measureThird(
  granted: Granted,
  call: { scope: Scope; value?: bigint; data?: Hex },
  by: "relayer" | "key" = "relayer",
): Promise<bigint> {
  const from = by === "key" ? granted.key : bench.relayer;
  let gas = 0n;
  for (const nonce of [0, 1, 2]) gas = await bench.execute(await bench.toOrder(granted, nonce, call, by), from);
  return gas;
}

async function measureTransfer(by: "relayer" | "key"): Promise<bigint> {
  return measureThird(await grantTransfers(), { scope: transferScope, data: transfer }, by);
}

async function measureIncrement(): Promise<bigint> {
  const scope = toPlainScope(token, toSelector(increment));
  return measureThird(await bench.grant(await createRichAccount(), { limits: [], scopes: [scope] }), {
    scope,
    data: increment,
  });
}

async function measureNative(): Promise<bigint> {
  const scope = { ...toPlainScope(recipient, "0x00000000"), maxValue: coin };
  const limits = [toDailyLimit(nativeToken, coin)];
  return measureThird(await bench.grant(await createRichAccount(), { limits, scopes: [scope] }), { scope, value: 1n });
}

async function measureBatch(count: number): Promise<bigint> {
  const all: Granted[] = [];
  for (let i = 0; i < count; i += 1) all.push(await grantTransfers());
  let gas = 0n;
  for (const nonce of [0, 1, 2]) {
    const call = { scope: transferScope, data: transfer };
    gas = await bench.executeBatch(await Promise.all(all.map((granted) => bench.toOrder(granted, nonce, call))));
  }
  return gas / BigInt(count);
}

async function measureScopes(count: number): Promise<bigint> {
  const others = Array.from({ length: count - 1 }, (_, i) =>
    toPlainScope(keccak256(numberToHex(i)).slice(0, 42) as Hex, "0xaabbccdd"),
  );
  const scopes = [transferScope, ...others];
  const granted = await bench.grant(await createRichAccount(), { limits: transferLimits, scopes });
  return measureThird(granted, { scope: transferScope, data: transfer });
}

async function measureRevokeAll(sessions: number): Promise<bigint> {
  const account = await createRichAccount();
  // Raised once before, so that both counts write over an epoch that is not 0.
  await bench.control(account, encodeRevokeAll());
  for (let i = 0; i < sessions; i += 1) {
    await bench.grant(account, { limits: transferLimits, scopes: [transferScope] });
  }
  return bench.control(account, encodeRevokeAll());
}

async function measureRevoke(): Promise<bigint> {
  const granted = await grantTransfers();
  return bench.control(granted.account, encodeRevoke(granted.session));
}

await mint(recipient);
await bench.send(bench.owner, recipient, "0x", 1n);
await bench.send(bench.relayer, token, increment);
const accountOfGrant = await createRichAccount();
const granted = await bench.grant(accountOfGrant, { limits: transferLimits, scopes: [transferScope] });

const results: Record<string, bigint> = {
  J1: await measureTransfer("relayer"),
  J1Direct: await measureTransfer("key"),
  J2: await measureIncrement(),
  J3: await measureNative(),
  J5: await measureBatch(10),
  grant: granted.gas,
  revoke: await measureRevoke(),
  revokeAll1: await measureRevokeAll(1),
  revokeAll100: await measureRevokeAll(100),
  scopes1: await measureScopes(1),
  scopes10: await measureScopes(10),
  scopes50: await measureScopes(50),
  scopes1000: await measureScopes(1000),
};
const orderBytes = size(await bench.toOrder(granted, 0, { scope: transferScope, data: transfer }));

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(Object.fromEntries(Object.entries(results).map(([name, gas]) => [name, Number(gas)]))));
} else {
  console.log(toRow("thousand gas", jobs));
  for (const [name, gas] of peers)
    console.log(
      toRow(
        name,
        jobs.map((job) => gas[job]?.toFixed(1) ?? "–"),
      ),
    );
  console.log(
    toRow(
      "Latchkey",
      jobs.map((job) => (Number(results[job]) / 1000).toFixed(1)),
    ),
  );
  console.log(`\nA packed J1 order: ${orderBytes} bytes`);
  for (const [name, gas] of Object.entries(results)) console.log(`${name.padEnd(14)}${gas.toString().padStart(9)}`);
}
