import { readFile } from "node:fs/promises";
import type { Connect, Plugin } from "vite";

/** Serves the file named by `LATCHKEY_CONFIG` as `/latchkey.json`, read anew each time, in `vite` and `vite preview`. */
export const serveConfig = ({ path }: { path: string | undefined }): Plugin => {
  const handle: Connect.NextHandleFunction = (_request, response, next) => {
    if (path === undefined) {
      response.statusCode = 404;
      response.end("LATCHKEY_CONFIG names no file");
      return;
    }
    readFile(path).then(
      (body) => {
        response.setHeader("content-type", "application/json");
        response.setHeader("cache-control", "no-store");
        response.end(body);
      },
      (error: unknown) => next(error),
    );
  };
  return {
    name: "latchkey:serve-config",
    configureServer: (server) => void server.middlewares.use("/latchkey.json", handle),
    configurePreviewServer: (server) => void server.middlewares.use("/latchkey.json", handle),
  };
};
