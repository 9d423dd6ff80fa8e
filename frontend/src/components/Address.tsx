import { getAddress, type Hex, isAddress } from "viem";
import { useDeps } from "../lib/deps.tsx";
import { toShortHex } from "../lib/format.ts";

type AddressProps = {
  /** Or the longer bytes of an ERC-7913 signer, shown as they are. */
  address: Hex;
  isFull?: boolean;
};

/** Short by default; the whole address is in the title and, with an explorer, one press away. */
export const Address = ({ address: given, isFull = false }: AddressProps) => {
  const address = isAddress(given, { strict: false }) ? getAddress(given) : given;
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
