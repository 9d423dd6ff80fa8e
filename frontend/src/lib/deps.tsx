import { createLatchkeyClient, type Glossary, type LatchkeyClient } from "@latchkey/sdk";
import { QueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use } from "react";
import { createPublicClient, defineChain, http, type PublicClient } from "viem";
import { type Config as WagmiConfig, type CreateConnectorFn, createConfig } from "wagmi";
import { AppError } from "./errors.ts";
import type { AppConfig, Token } from "./config.ts";
import { browserStorage, type Storage } from "./storage.ts";
import { toGlossary, toTokens } from "./tokens.ts";

/** Everything the app is made of; built once, in `main.tsx`. */
export type Deps = {
  config: AppConfig;
  tokens: readonly Token[];
  /** What lets the SDK's sentences name tokens and contracts. */
  glossary: Glossary;
  client: PublicClient;
  relayer: LatchkeyClient;
  wagmiConfig: WagmiConfig;
  queryClient: QueryClient;
  storage: Storage;
  /** How often to ask for the newest block. */
  pollMs: number;
};

export const createDeps = (config: AppConfig, connectors: readonly CreateConnectorFn[]): Deps => {
  const chain = defineChain({
    id: config.chainId,
    name: config.chainName,
    nativeCurrency: { name: config.nativeSymbol, symbol: config.nativeSymbol, decimals: 18 },
    rpcUrls: { default: { http: [config.rpcUrl] } },
    ...(config.explorerUrl === undefined
      ? {}
      : { blockExplorers: { default: { name: "Explorer", url: config.explorerUrl } } }),
  });
  const pollMs = config.chainId === 31_337 ? 1_000 : 2_000;
  const transport = http(config.rpcUrl, { batch: true, timeout: 10_000, retryCount: 1 });
  return {
    config,
    tokens: toTokens(config),
    glossary: toGlossary(config),
    client: createPublicClient({ chain, transport, pollingInterval: pollMs, cacheTime: 0 }),
    relayer: createLatchkeyClient({
      relayerUrl: config.relayerUrl,
      chainId: config.chainId,
      manager: config.manager,
      // The chain's logs stand in at once; the next poll is the retry.
      timeoutMs: 4_000,
      retryPolicy: { attemptsMax: 1 },
    }),
    wagmiConfig: createConfig({ chains: [chain], transports: { [chain.id]: transport }, connectors: [...connectors] }),
    queryClient: new QueryClient({ defaultOptions: { queries: { retry: 1, retryDelay: 1_000 } } }),
    storage: browserStorage,
    pollMs,
  };
};

const DepsContext = createContext<Deps | undefined>(undefined);

export const DepsProvider = ({ deps, children }: { deps: Deps; children: ReactNode }) => (
  <DepsContext value={deps}>{children}</DepsContext>
);

export const useDeps = (): Deps => {
  const deps = use(DepsContext);
  if (deps === undefined) throw new AppError("useDeps is used outside DepsProvider");
  return deps;
};
