/**
 * Checks the audit log of the relayer that the environment configures; ends with 1 if something is wrong. It may run beside
 * relayers on Postgres.
 *
 *   node --env-file=relayer/.env --conditions=latchkey-source relayer/src/verifyAudit.ts [--head <kept head>]
 *     [--signer <address>]…   instead of the first hot wallet of the environment
 */
import { parseArgs } from "node:util";
import { getAddress } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { verifyAuditLog } from "./audit/verifyAuditLog.ts";
import { readConfig } from "./config.ts";
import { openDatabase } from "./db/openDatabase.ts";

const { values } = parseArgs({ options: { head: { type: "string" }, signer: { type: "string", multiple: true } } });
const config = readConfig();
const signers = values.signer?.map((text) => getAddress(text)) ?? config.hotWalletPrivateKeys.map(privateKeyToAddress);
const tell = (_fields: object, text: string): void => console.error(text);
const { db, close } = await openDatabase({ ...config, log: { warn: tell, fatal: tell } });
try {
  const { faults, ...counts } = await verifyAuditLog(db, { chainId: config.chainId, signers, knownHead: values.head });
  console.log(JSON.stringify(counts));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await close();
}
