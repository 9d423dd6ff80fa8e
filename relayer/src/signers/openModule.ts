import { existsSync, realpathSync } from "node:fs";
import type pkcs11jsModule from "pkcs11js";
import type { PKCS11 } from "pkcs11js";

export type OpenModule = {
  module: PKCS11;
  /** To be called once. Whoever is the last ends the module. */
  release: () => void;
};

/** By the file of the library, which a process may initialise only once (PKCS#11 v2.40, `C_Initialize`). */
const openModules = new Map<string, { module: PKCS11; users: number }>();

/** The PKCS#11 library at `path`, shared by all keys of this process that are in it. */
export function openModule(pkcs11js: typeof pkcs11jsModule, path: string): OpenModule {
  // A name without a path is sought by the loader.
  const file = existsSync(path) ? realpathSync(path) : path;
  const shared = openModules.get(file) ?? { module: load(pkcs11js, file), users: 0 };
  shared.users += 1;
  openModules.set(file, shared);
  return {
    module: shared.module,
    release() {
      shared.users -= 1;
      if (shared.users > 0) return;
      openModules.delete(file);
      shared.module.C_Finalize();
      shared.module.close();
    },
  };
}

function load(pkcs11js: typeof pkcs11jsModule, file: string): PKCS11 {
  const module = new pkcs11js.PKCS11();
  module.load(file);
  try {
    module.C_Initialize();
  } catch (error) {
    module.close();
    throw error;
  }
  return module;
}
