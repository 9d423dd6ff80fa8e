import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";
import { contentSecurityPolicy } from "./vite/contentSecurityPolicy.ts";
import { serveConfig } from "./vite/serveConfig.ts";

const localOrigins = "http://127.0.0.1:* http://localhost:*";

export default defineConfig(({ command, isPreview }) => ({
  root: import.meta.dirname,
  plugins: [
    react(),
    tailwindcss(),
    serveConfig({ path: process.env["LATCHKEY_CONFIG"] }),
    contentSecurityPolicy({ connectSources: process.env["LATCHKEY_CONNECT_SRC"] ?? `https: ${localOrigins}` }),
  ],
  resolve: { conditions: ["latchkey-source", ...defaultClientConditions] },
  // A production bundle never carries the demo owner, whatever the environment says.
  define: command === "build" && !isPreview ? { "import.meta.env.VITE_DEMO_OWNER_KEY": "undefined" } : {},
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
  preview: { host: "127.0.0.1", port: 5173, strictPort: true },
  build: {
    target: "es2024",
    cssTarget: ["chrome123", "firefox128", "safari17.5"],
    // Inlined fonts and images would need `data:` in the policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
}));
