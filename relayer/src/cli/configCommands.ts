import { readConfig } from "../config.ts";
import { toEnvExample } from "../toEnvExample.ts";
import type { Command } from "./runCommand.ts";

export const configCommands: readonly Command[] = [
  {
    name: "config check",
    usage: "",
    text: "Reads the configuration and names all its faults",
    run: async (_args, env) => {
      const { chainId, manager, access, databaseUrl, fees, authSecret, encryptionKey } = readConfig(env);
      return [
        "The configuration is valid.",
        `  chain ${chainId}, manager ${manager}`,
        `  access: ${access}`,
        `  data: ${databaseUrl === undefined ? "PGlite, which is for trying out" : "Postgres"}`,
        `  fees: ${fees === undefined ? "waived" : `required, ${fees.pricing === undefined ? "fixed" : "by the price of gas"}`}`,
        `  credentials and webhooks: ${authSecret === undefined ? "off, for want of AUTH_SECRET" : "on"}`,
        `  encrypted orders: ${encryptionKey === undefined ? "off, for want of ENCRYPTION_KEY" : "on"}`,
      ].join("\n");
    },
  },
  {
    name: "config example",
    usage: "",
    text: "Prints every variable with what it means: the text of .env.example",
    run: async () => toEnvExample().trimEnd(),
  },
];
