import { type Address, getAddress, isAddress } from "viem";
import { ConfigError } from "./errors.ts";

export type Token = { address: Address; symbol: string; decimals: number };
/** `fee` in hundredths of a basis point, as Uniswap V3 counts it: 3000 = 0.3 %. */
export type Pool = { tokenA: Address; tokenB: Address; fee: number };
export type AppConfig = {
  chainId: number;
  chainName: string;
  rpcUrl: string;
  relayerUrl: string;
  manager: Address;
  factory: Address;
  nativeSymbol: string;
  tokens: readonly Token[];
  uniswap: { router: Address; pools: readonly Pool[] } | undefined;
  explorerUrl: string | undefined;
  /** Block of the deployment: no log of the manager is older. */
  startBlock: bigint;
};

type Reader = { fault: (path: string, problem: string) => void };
type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const readText = (reader: Reader, path: string, value: unknown): string => {
  if (typeof value === "string" && value !== "") return value;
  reader.fault(path, "must be a text");
  return "";
};

const readInteger = (reader: Reader, path: string, value: unknown, max: number): number => {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= max) return value;
  reader.fault(path, `must be a whole number from 0 to ${max}`);
  return 0;
};

const readUrl = (reader: Reader, path: string, value: unknown): string => {
  const text = typeof value === "string" ? value : "";
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/$/, "");
  reader.fault(path, "must be an http or https URL");
  return "";
};

const readAddress = (reader: Reader, path: string, value: unknown): Address => {
  if (typeof value === "string" && isAddress(value, { strict: false })) return getAddress(value);
  reader.fault(path, "must be an address");
  return "0x";
};

const readList = <item>(
  reader: Reader,
  path: string,
  value: unknown,
  read: (path: string, fields: Fields) => item,
): item[] => {
  if (!Array.isArray(value)) {
    reader.fault(path, "must be a list");
    return [];
  }
  return value.flatMap((item: unknown, index) => {
    if (isRecord(item)) return [read(`${path}[${index}]`, item)];
    reader.fault(`${path}[${index}]`, "must be an object");
    return [];
  });
};

const readToken = (reader: Reader, path: string, fields: Fields): Token => ({
  address: readAddress(reader, `${path}.address`, fields["address"]),
  symbol: readText(reader, `${path}.symbol`, fields["symbol"]),
  decimals: readInteger(reader, `${path}.decimals`, fields["decimals"], 77),
});

const readPool = (reader: Reader, path: string, fields: Fields): Pool => ({
  tokenA: readAddress(reader, `${path}.tokenA`, fields["tokenA"]),
  tokenB: readAddress(reader, `${path}.tokenB`, fields["tokenB"]),
  fee: readInteger(reader, `${path}.fee`, fields["fee"], 0xffffff),
});

const readUniswap = (reader: Reader, value: unknown): AppConfig["uniswap"] => {
  if (value === undefined) return undefined;
  if (!isRecord(value)) {
    reader.fault("uniswap", "must be an object");
    return undefined;
  }
  return {
    router: readAddress(reader, "uniswap.router", value["router"]),
    pools: readList(reader, "uniswap.pools", value["pools"], (path, fields) => readPool(reader, path, fields)),
  };
};

/** @throws {ConfigError} naming every fault at once. */
export const parseConfig = (value: unknown): AppConfig => {
  if (!isRecord(value)) throw new ConfigError(["it is not a JSON object"]);
  const faults: string[] = [];
  const reader: Reader = { fault: (path, problem) => void faults.push(`${path} ${problem}`) };
  const config: AppConfig = {
    chainId: readInteger(reader, "chainId", value["chainId"], Number.MAX_SAFE_INTEGER),
    chainName: readText(reader, "chainName", value["chainName"]),
    rpcUrl: readUrl(reader, "rpcUrl", value["rpcUrl"]),
    relayerUrl: readUrl(reader, "relayerUrl", value["relayerUrl"]),
    manager: readAddress(reader, "manager", value["manager"]),
    factory: readAddress(reader, "factory", value["factory"]),
    nativeSymbol: value["nativeSymbol"] === undefined ? "ETH" : readText(reader, "nativeSymbol", value["nativeSymbol"]),
    tokens: readList(reader, "tokens", value["tokens"], (path, fields) => readToken(reader, path, fields)),
    uniswap: readUniswap(reader, value["uniswap"]),
    explorerUrl: value["explorerUrl"] === undefined ? undefined : readUrl(reader, "explorerUrl", value["explorerUrl"]),
    startBlock: BigInt(readInteger(reader, "startBlock", value["startBlock"], Number.MAX_SAFE_INTEGER)),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
};

/** @throws {ConfigError} */
export const fetchConfig = async (): Promise<AppConfig> => {
  const response = await fetch("/latchkey.json", { signal: AbortSignal.timeout(10_000) }).catch((error: unknown) => {
    throw new ConfigError([`it could not be loaded (${String(error)})`]);
  });
  if (!response.ok) throw new ConfigError([`the server answered ${response.status}`]);
  const body: unknown = await response.json().catch(() => {
    throw new ConfigError(["it is not JSON"]);
  });
  return parseConfig(body);
};
