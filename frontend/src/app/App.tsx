import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { WagmiProvider } from "wagmi";
import { type Deps, DepsProvider } from "../lib/deps.tsx";
import { createAppRouter } from "./router.tsx";

export const App = ({ deps }: { deps: Deps }) => {
  const [router] = useState(createAppRouter);
  return (
    <DepsProvider deps={deps}>
      <WagmiProvider config={deps.wagmiConfig}>
        <QueryClientProvider client={deps.queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </WagmiProvider>
    </DepsProvider>
  );
};
