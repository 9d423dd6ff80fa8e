import { readFile } from "node:fs/promises";
import type pkcs11jsModule from "pkcs11js";
import type { PKCS11 } from "pkcs11js";
import { bytesToBigInt, bytesToHex, hexToBytes } from "viem";
import { SignerError, type DigestSigner, type RawSignature } from "./DigestSigner.ts";
import { openModule, type OpenModule } from "./openModule.ts";

type Options = {
  modulePath: string;
  /** Labels of the token, and of both halves of the key pair. */
  token: string;
  object: string;
  /** A file whose first line is the user's PIN. */
  pinPath: string;
};

/** DER of the object identifier 1.3.132.0.10. */
const secp256k1Parameters = "06052b8104000a";

/** Signs with a key of secp256k1 inside an HSM (PKCS#11 v2.40, `CKM_ECDSA`); the key never leaves it. */
export async function openPkcs11({ modulePath, token, object, pinPath }: Options): Promise<DigestSigner> {
  // A module of CommonJS, whose constants Node finds on its default export only.
  const { default: pkcs11js } = await import("pkcs11js").catch((cause: unknown) => {
    throw new SignerError("PKCS#11 needs the optional package pkcs11js, which is not installed here", { cause });
  });
  const pin = await readPin(pinPath);
  const { module, session, close } = openSession({ modulePath, token, pin, pkcs11js });
  try {
    const find = (kind: number): Buffer => findKey(module, session, { kind, object, token, pkcs11js });
    const privateKey = find(pkcs11js.CKO_PRIVATE_KEY);
    const publicKey = readPublicKey(module, session, find(pkcs11js.CKO_PUBLIC_KEY), pkcs11js);
    // A session does one operation at a time.
    let last: Promise<unknown> = Promise.resolve();
    const signOne = async (digest: Buffer): Promise<RawSignature> => {
      module.C_SignInit(session, { mechanism: pkcs11js.CKM_ECDSA }, privateKey);
      const signature = await module.C_SignAsync(session, digest, Buffer.alloc(64));
      if (signature.length !== 64) throw new SignerError(`The HSM gave a signature of ${signature.length} bytes`);
      return { r: bytesToBigInt(signature.subarray(0, 32)), s: bytesToBigInt(signature.subarray(32)) };
    };
    return {
      kind: "pkcs11",
      publicKey: bytesToHex(publicKey),
      sign(digest) {
        const signed = last
          .then(() => signOne(Buffer.from(hexToBytes(digest))))
          .catch((cause: unknown) => {
            throw toSignerError("The HSM did not sign", cause);
          });
        last = signed.catch(() => undefined);
        return signed;
      },
      async close() {
        await last;
        close();
      },
    };
  } catch (cause) {
    close();
    throw toSignerError(`The key ${object} of the token ${token} cannot be used`, cause);
  }
}

type Pkcs11Js = typeof pkcs11jsModule;

type Opening = Pick<Options, "modulePath" | "token"> & { pin: string; pkcs11js: Pkcs11Js };

/** With the user logged in. `close` is to be called once. */
function openSession({ modulePath, token, pin, pkcs11js }: Opening) {
  let open: OpenModule | undefined;
  let session: Buffer | undefined;
  const close = (): void => {
    try {
      if (session !== undefined) open?.module.C_CloseSession(session);
    } finally {
      open?.release();
    }
  };
  try {
    open = openModule(pkcs11js, modulePath);
    const { module } = open;
    const slot = module.C_GetSlotList(true).find((each) => module.C_GetTokenInfo(each).label.trim() === token);
    if (slot === undefined) throw new SignerError(`The module ${modulePath} has no token ${token}`);
    session = module.C_OpenSession(slot, pkcs11js.CKF_SERIAL_SESSION);
    logIn(module, session, pin, pkcs11js);
    return { module, session, close };
  } catch (cause) {
    close();
    throw toSignerError(`The token ${token} of the module ${modulePath} cannot be used`, cause);
  }
}

/** A token is logged in to once for all sessions of the process; the PIN of whoever comes later is not looked at. */
function logIn(module: PKCS11, session: Buffer, pin: string, pkcs11js: Pkcs11Js): void {
  try {
    module.C_Login(session, pkcs11js.CKU_USER, pin);
  } catch (error) {
    const { Pkcs11Error, CKR_USER_ALREADY_LOGGED_IN } = pkcs11js;
    if (!(error instanceof Pkcs11Error && error.code === CKR_USER_ALREADY_LOGGED_IN)) throw error;
  }
}

function findKey(
  module: PKCS11,
  session: Buffer,
  { kind, object, token, pkcs11js }: { kind: number; object: string; token: string; pkcs11js: Pkcs11Js },
): Buffer {
  module.C_FindObjectsInit(session, [
    { type: pkcs11js.CKA_CLASS, value: kind },
    { type: pkcs11js.CKA_KEY_TYPE, value: pkcs11js.CKK_EC },
    { type: pkcs11js.CKA_LABEL, value: object },
  ]);
  const found = module.C_FindObjects(session, 2);
  module.C_FindObjectsFinal(session);
  const [key, another] = found;
  const half = kind === pkcs11js.CKO_PRIVATE_KEY ? "private" : "public";
  if (key === undefined) throw new SignerError(`The token ${token} has no ${half} EC key ${object}`);
  if (another !== undefined) throw new SignerError(`The token ${token} has several ${half} EC keys ${object}`);
  return key;
}

function readPublicKey(module: PKCS11, session: Buffer, key: Buffer, pkcs11js: Pkcs11Js): Uint8Array {
  const [parameters, point] = module
    .C_GetAttributeValue(session, key, [{ type: pkcs11js.CKA_EC_PARAMS }, { type: pkcs11js.CKA_EC_POINT }])
    .map(({ value }) => (Buffer.isBuffer(value) ? value : Buffer.alloc(0)));
  if (parameters?.toString("hex") !== secp256k1Parameters) throw new SignerError("The key is not one of secp256k1");
  // An octet string around the uncompressed point; some modules leave it out.
  const bytes = point?.length === 67 && point[0] === 0x04 && point[1] === 65 ? point.subarray(2) : point;
  if (bytes?.length !== 65 || bytes[0] !== 0x04) throw new SignerError("The public key is not an uncompressed point");
  return new Uint8Array(bytes);
}

async function readPin(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new SignerError(`The file ${path} cannot be read`, { cause });
  });
  return text.split(/\r?\n/)[0] ?? "";
}

function toSignerError(text: string, cause: unknown): SignerError {
  if (cause instanceof SignerError) return cause;
  return new SignerError(`${text}: ${cause instanceof Error ? cause.message : "unknown"}`, { cause });
}
