import { getAddress, isAddress, type Address } from "viem";
import { listAccess, removeAccess, setAccess } from "../db/accessRows.ts";
import { CommandError } from "./CommandError.ts";
import type { Command } from "./runCommand.ts";
import { withDatabase } from "./withDatabase.ts";

export const accountCommands: readonly Command[] = [
  {
    name: "accounts list",
    usage: "",
    text: "Accounts allowed or denied by command, beside ALLOWED_ACCOUNTS",
    run: (_args, env) =>
      withDatabase(env, async (db, { chainId }) => {
        const entries = await listAccess(db, chainId);
        if (entries.length === 0) return "No account is allowed or denied by command.";
        return entries
          .map(({ account, verdict, note, changed_at }) =>
            [account, verdict, new Date(changed_at).toISOString(), note ?? ""].join("  ").trimEnd(),
          )
          .join("\n");
      }),
  },
  {
    name: "accounts allow",
    usage: "<account> [note]",
    text: "Serves the account, within a second on every instance",
    run: (args, env) => change("allow", args, env),
  },
  {
    name: "accounts deny",
    usage: "<account> [note]",
    text: "Serves the account no more, whatever the configuration says; what is stored is still submitted",
    run: (args, env) => change("deny", args, env),
  },
  {
    name: "accounts forget",
    usage: "<account>",
    text: "Leaves the account to the configuration again",
    run: (args, env) => {
      const account = parseAccount(args);
      return withDatabase(env, async (db, { chainId }) => {
        if (await removeAccess(db, chainId, account)) return `${account} is left to the configuration.`;
        throw new CommandError(`${account} was neither allowed nor denied by command`);
      });
    },
  },
];

function change(
  verdict: "allow" | "deny",
  args: readonly string[],
  env: Parameters<Command["run"]>[1],
): Promise<string> {
  const account = parseAccount(args);
  const note = args.slice(1).join(" ");
  return withDatabase(env, async (db, { chainId }) => {
    await setAccess(db, chainId, { account, verdict, note: note === "" ? undefined : note });
    return `${account} is ${verdict === "allow" ? "allowed" : "denied"}.`;
  });
}

function parseAccount([text]: readonly string[]): Address {
  if (text === undefined || !isAddress(text, { strict: false })) {
    throw new CommandError(`The account ${text === undefined ? "is missing" : `${text} is not an address`}`, 2);
  }
  return getAddress(text);
}
