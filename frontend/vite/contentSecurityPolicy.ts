import type { Plugin } from "vite";

/**
 * Writes the policy into the production page. `connectSources` are the origins the page may talk to besides its own:
 * the RPC and the relayer are named at run time by `/latchkey.json`, so by default any HTTPS origin and this machine.
 */
export const contentSecurityPolicy = ({ connectSources }: { connectSources: string }): Plugin => ({
  name: "latchkey:content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      injectTo: "head-prepend",
      attrs: {
        "http-equiv": "Content-Security-Policy",
        content: [
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "font-src 'self'",
          "img-src 'self' data:",
          `connect-src 'self' ${connectSources}`,
          "base-uri 'none'",
          "form-action 'none'",
        ].join("; "),
      },
    },
  ],
});
