import { ConfigInvalidError, readConfig } from "./config.ts";
import { DataInUseError } from "./db/openDatabase.ts";
import { optimiseEarly } from "./optimiseEarly.ts";
import { SignerError } from "./signers/DigestSigner.ts";
import { startRelayer } from "./startRelayer.ts";

const stopTimeoutMs = 15_000;

function fail(error: unknown): never {
  const isExpected =
    error instanceof ConfigInvalidError || error instanceof DataInUseError || error instanceof SignerError;
  console.error(isExpected ? error.message : error);
  process.exit(1);
}

try {
  const relayer = await startRelayer(readConfig(), fail);
  // Not before: what starts a relayer runs often too, but never again.
  optimiseEarly();
  let isStopping = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      setTimeout(() => fail(new Error("The relayer did not stop in time")), stopTimeoutMs).unref();
      relayer.stop().then(() => process.exit(0), fail);
    });
  }
} catch (error) {
  fail(error);
}
