import "./app/styles.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isHex } from "viem";
import type { CreateConnectorFn } from "wagmi";
import { App } from "./app/App.tsx";
import { ConfigErrorPage } from "./app/ConfigErrorPage.tsx";
import { type AppConfig, fetchConfig } from "./lib/config.ts";
import { createDeps } from "./lib/deps.tsx";
import { AppError } from "./lib/errors.ts";

/** Empty in a production build: the variable is then `undefined`, and the import below is dropped from the bundle. */
const loadDemoConnectors = async ({ rpcUrl }: AppConfig): Promise<CreateConnectorFn[]> => {
  // Written out each time, so that the build sees a constant and drops what follows.
  if (import.meta.env.VITE_DEMO_OWNER_KEY === undefined) return [];
  const privateKey = import.meta.env.VITE_DEMO_OWNER_KEY;
  if (!isHex(privateKey)) throw new AppError("VITE_DEMO_OWNER_KEY is not a private key.");
  const { createDemoConnector } = await import("./features/wallet/demoConnector.ts");
  return [createDemoConnector({ privateKey, rpcUrl })];
};

const container = document.getElementById("root");
if (container === null) throw new AppError("The page has no element with the id root.");
const root = createRoot(container);

try {
  const config = await fetchConfig();
  const deps = createDeps(config, await loadDemoConnectors(config));
  root.render(
    <StrictMode>
      <App deps={deps} />
    </StrictMode>,
  );
} catch (error) {
  root.render(<ConfigErrorPage error={error} />);
}
