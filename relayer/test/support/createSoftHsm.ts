import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSoftHsm } from "../../../scripts/findSoftHsm.ts";

const modulePath = findSoftHsm();

/** Whether SoftHSM2, a software token for PKCS#11, is on this machine. */
export const hasSoftHsm = modulePath !== undefined;

export type SoftHsm = {
  modulePath: string;
  token: string;
  pinPath: string;
  /** For processes that use it. */
  env: { SOFTHSM2_CONF: string };
  /** Makes a key pair with this label on this curve. */
  generate: (label: string, parameters?: string) => Promise<void>;
  remove: () => void;
};

const [token, pin] = ["latchkey-test", "971364"];
/** DER of the curves' object identifiers. */
const secp256k1 = "06052b8104000a";
export const p256 = "06082a8648ce3d030107";

/** A token of its own in a fresh folder. */
export function createSoftHsm(): SoftHsm {
  if (modulePath === undefined) throw new Error("There is no SoftHSM2 on this machine");
  const folder = mkdtempSync(join(tmpdir(), "latchkey-softhsm-"));
  mkdirSync(join(folder, "tokens"));
  const conf = join(folder, "softhsm2.conf");
  writeFileSync(
    conf,
    `directories.tokendir = ${join(folder, "tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  const pinPath = join(folder, "pin");
  writeFileSync(pinPath, `${pin}\n`);
  const env = { SOFTHSM2_CONF: conf };
  // The library reads it from the process it is loaded into.
  process.env["SOFTHSM2_CONF"] = conf;
  const args = ["--init-token", "--free", "--label", token, "--so-pin", "12345678", "--pin", pin];
  const made = spawnSync("softhsm2-util", args, { env: { ...process.env, ...env }, encoding: "utf8" });
  if (made.status !== 0) throw new Error(`softhsm2-util failed: ${made.stderr}${made.stdout}`);
  return {
    modulePath,
    token,
    pinPath,
    env,
    async generate(label, parameters = secp256k1) {
      const { default: pkcs11js } = await import("pkcs11js");
      const module = new pkcs11js.PKCS11();
      module.load(modulePath);
      module.C_Initialize();
      const slot = module.C_GetSlotList(true).find((each) => module.C_GetTokenInfo(each).label.trim() === token);
      if (slot === undefined) throw new Error("The token is not there");
      const session = module.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION);
      module.C_Login(session, pkcs11js.CKU_USER, pin);
      const both = [
        { type: pkcs11js.CKA_LABEL, value: label },
        { type: pkcs11js.CKA_TOKEN, value: true },
      ];
      module.C_GenerateKeyPair(
        session,
        { mechanism: pkcs11js.CKM_EC_KEY_PAIR_GEN },
        [...both, { type: pkcs11js.CKA_EC_PARAMS, value: Buffer.from(parameters, "hex") }],
        [...both, { type: pkcs11js.CKA_SIGN, value: true }, { type: pkcs11js.CKA_SENSITIVE, value: true }],
      );
      module.C_CloseSession(session);
      module.C_Finalize();
      module.close();
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
