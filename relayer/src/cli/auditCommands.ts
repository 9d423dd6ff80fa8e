import { parseArgs } from "node:util";
import { getAddress, isAddress, type Address } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { verifyAuditLog } from "../audit/verifyAuditLog.ts";
import type { Config } from "../config.ts";
import { CommandError } from "./CommandError.ts";
import type { Command } from "./runCommand.ts";
import { withDatabase } from "./withDatabase.ts";

export const auditCommands: readonly Command[] = [
  {
    name: "audit verify",
    usage: "[--head <kept head>] [--signer <address>]…",
    text: "Checks numbers, hashes, signatures and orders of the audit log; keep its head elsewhere and give it next time",
    run: (args, env) => {
      const { head, signer } = parse(args);
      return withDatabase(env, async (db, config) => {
        const signers = signer ?? toAddresses(config);
        const { faults, ...report } = await verifyAuditLog(db, { chainId: config.chainId, signers, knownHead: head });
        const text = JSON.stringify(report);
        if (faults.length > 0) throw new CommandError([text, ...faults].join("\n"));
        return text;
      });
    },
  },
];

/** The first hot wallet signs; which is the first may have changed. */
function toAddresses({ hotWalletPrivateKeys, hotWallets }: Config): Address[] {
  return [...hotWalletPrivateKeys.map(privateKeyToAddress), ...hotWallets.map(({ address }) => address)];
}

function parse(args: readonly string[]): { head: string | undefined; signer: Address[] | undefined } {
  try {
    const options = { head: { type: "string" }, signer: { type: "string", multiple: true } } as const;
    const { head, signer } = parseArgs({ args: [...args], options }).values;
    const wrong = signer?.find((text) => !isAddress(text, { strict: false }));
    if (wrong !== undefined) throw new CommandError(`The signer ${wrong} is not an address`, 2);
    return { head, signer: signer?.map((text) => getAddress(text)) };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(error instanceof Error ? error.message : "The arguments are not understood", 2);
  }
}
