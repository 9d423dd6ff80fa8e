import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const conditions = ["latchkey-source", ...defaultServerConditions];

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["**/*.test.ts"],
    globalSetup: ["globalSetup.ts"],
    // One browser at a time: a page that waits for blocks must not wait for another's.
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 180_000,
  },
});
