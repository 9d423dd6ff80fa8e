#!/usr/bin/env -S node --conditions=latchkey-source
import { CommandError } from "./cli/CommandError.ts";
import { runCommand } from "./cli/runCommand.ts";
import { ConfigInvalidError } from "./config.ts";
import { DataInUseError } from "./db/openDatabase.ts";

/** `latchkey-relayer`: what operators do beside running the relayer. Exit code 0: done; 1: not done; 2: no such command. */
try {
  const text = await runCommand(process.argv.slice(2), process.env);
  process.stdout.write(`${text}\n`);
} catch (error) {
  const isExpected =
    error instanceof CommandError || error instanceof ConfigInvalidError || error instanceof DataInUseError;
  console.error(isExpected ? error.message : error);
  process.exitCode = error instanceof CommandError ? error.exitCode : 1;
}
