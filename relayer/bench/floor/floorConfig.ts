import { isAddress, isHex } from "viem";
import { z } from "zod";

const hex = z.string().refine(isHex);
const address = z.string().refine((value) => isAddress(value));

/** What the floor's server is started with. */
export const floorConfigSchema = z.object({
  port: z.int(),
  rpcUrl: z.string(),
  databaseUrl: z.string(),
  chainId: z.int(),
  manager: address,
  /** Private keys of the wallets that submit. */
  keys: z.array(hex),
  /** Each has one scope. */
  sessions: z.array(
    z.object({ sessionId: hex, packedSession: hex, scope: z.object({ packed: hex, proof: z.array(hex) }) }),
  ),
});

export type FloorConfig = z.infer<typeof floorConfigSchema>;
