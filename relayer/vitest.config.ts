import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// Without "module", which is for bundlers: packages are run as Node runs them.
const conditions = ["latchkey-source", ...defaultServerConditions.filter((condition) => condition !== "module")];

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/ensureSoftHsm.ts", "test/support/shareFolder.ts", "test/support/sharePostgres.ts"],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Each file runs a chain of its own, and waits for its blocks most of the time.
    maxWorkers: 3,
  },
});
