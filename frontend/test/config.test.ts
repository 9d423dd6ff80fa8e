import { describe, expect, it } from "vitest";
import { parseConfig } from "../src/lib/config.ts";
import { ConfigError } from "../src/lib/errors.ts";
import { configJson } from "./fixtures.ts";

const findFaults = (value: unknown): readonly string[] => {
  try {
    parseConfig(value);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
};

describe("parseConfig", () => {
  it("reads a whole configuration", () => {
    const config = parseConfig(configJson);
    expect(config.chainId).toBe(31_337);
    expect(config.startBlock).toBe(3n);
    expect(config.nativeSymbol).toBe("ETH");
    expect(config.uniswap?.pools[0]?.fee).toBe(3000);
  });

  it("drops a trailing slash, so that paths can be added to URLs", () => {
    expect(parseConfig({ ...configJson, relayerUrl: "http://127.0.0.1:8547/" }).relayerUrl).toBe(
      "http://127.0.0.1:8547",
    );
  });

  it("names every fault at once", () => {
    const faults = findFaults({
      ...configJson,
      chainId: "1",
      manager: "0x12",
      rpcUrl: "javascript:alert(1)",
      tokens: [7],
    });
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual(["chainId", "rpcUrl", "manager", "tokens[0]"]);
  });

  it.each([[null], [[]], ["text"]])("refuses %j", (value) => {
    expect(findFaults(value)).toEqual(["it is not a JSON object"]);
  });
});
