import { sessionAccountFactoryAbi } from "@latchkey/sdk";
import { queryOptions } from "@tanstack/react-query";
import { type Address, erc20Abi, getAddress, type Hex, zeroHash } from "viem";
import type { Token } from "./config.ts";
import type { Deps } from "./deps.tsx";
import { live } from "./live.ts";
import { isNative } from "./tokens.ts";

/** A session account, whether or not it is deployed yet; its address follows from its owner. */
export type Account = { address: Address; owner: Address; isDeployed: boolean };

/** Owner of a `SessionAccount` clone: EIP-1167 code of 45 bytes, then the owner. `undefined` for any other code. */
export const parseCloneOwner = (code: Hex | undefined, implementation: Address): Address | undefined => {
  const body = code?.slice(2).toLowerCase() ?? "";
  const isClone = body.length === 130 && body.slice(20, 60) === implementation.slice(2).toLowerCase();
  return isClone ? getAddress(`0x${body.slice(90)}`) : undefined;
};

/** The account at `address`, or else the account that `address` owns. */
export const accountQuery = ({ client, config }: Deps, address: Address) =>
  queryOptions({
    queryKey: [live, "account", address],
    queryFn: async (): Promise<Account> => {
      const factory = { address: config.factory, abi: sessionAccountFactoryAbi } as const;
      const [implementation, code, predicted] = await Promise.all([
        client.readContract({ ...factory, functionName: "IMPLEMENTATION" }),
        client.getCode({ address }),
        client.readContract({ ...factory, functionName: "getAddress", args: [address, zeroHash] }),
      ]);
      const owner = parseCloneOwner(code, implementation);
      if (owner !== undefined) return { address, owner, isDeployed: true };
      const predictedCode = await client.getCode({ address: predicted });
      return { address: predicted, owner: address, isDeployed: predictedCode !== undefined };
    },
  });

export type Balance = { token: Token; amount: bigint };

export const balancesQuery = ({ client, tokens }: Deps, address: Address) =>
  queryOptions({
    queryKey: [live, "balances", address],
    queryFn: (): Promise<Balance[]> =>
      Promise.all(
        tokens.map(async (token) => ({
          token,
          amount: isNative(token.address)
            ? await client.getBalance({ address })
            : await client.readContract({
                address: token.address,
                abi: erc20Abi,
                functionName: "balanceOf",
                args: [address],
              }),
        })),
      ),
  });
