import type { Address as AddressValue } from "viem";
import { useDeps } from "../lib/deps.tsx";
import { toShortHex } from "../lib/format.ts";

type AddressProps = { address: AddressValue; isFull?: boolean };

/** Short by default; the whole address is in the title and, with an explorer, one press away. */
export const Address = ({ address, isFull = false }: AddressProps) => {
  const { explorerUrl } = useDeps().config;
  const text = (
    <span title={address} className={`font-mono text-[0.9em] ${isFull ? "break-all" : "whitespace-nowrap"}`}>
      {isFull ? address : toShortHex(address)}
    </span>
  );
  if (explorerUrl === undefined) return text;
  return (
    <a href={`${explorerUrl}/address/${address}`} target="_blank" rel="noreferrer" className="hover:underline">
      {text}
    </a>
  );
};
