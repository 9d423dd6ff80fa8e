import type { DigestSigner, SignerUri } from "./DigestSigner.ts";
import { openAwsKms } from "./openAwsKms.ts";
import { openKeystore } from "./openKeystore.ts";
import { openPkcs11 } from "./openPkcs11.ts";

/** Opens the key where the configuration says that it is kept. Throws `SignerError`. */
export function openSigner({ url }: SignerUri): Promise<DigestSigner> {
  const query = (name: string): string => url.searchParams.get(name) ?? "";
  const path = decodeURIComponent(url.pathname);
  switch (url.protocol) {
    case "keystore:":
      return openKeystore({ path, passwordPath: query("password-file") });
    case "pkcs11:": {
      const attributes = new Map(
        url.pathname.split(";").map((pair) => {
          const [name = "", value = ""] = pair.split("=");
          return [name, decodeURIComponent(value)] as const;
        }),
      );
      return openPkcs11({
        modulePath: query("module-path"),
        token: attributes.get("token") ?? "",
        object: attributes.get("object") ?? "",
        pinPath: query("pin-source").replace(/^file:(\/\/)?/, ""),
      });
    }
    default:
      return openAwsKms({
        keyId: path.replace(/^\/+/, ""),
        region: query("region"),
        endpoint: url.searchParams.get("endpoint") ?? undefined,
      });
  }
}
