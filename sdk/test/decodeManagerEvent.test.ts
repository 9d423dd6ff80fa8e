import { encodeAbiParameters, encodeEventTopics, keccak256, type Abi, type Hex } from "viem";
import { describe, expect, it } from "vitest";
import { decodeManagerEvent, sessionManagerAbi } from "../src/index.ts";
import { createRandom } from "./support/random.ts";

type AbiEvent = Extract<Abi[number], { type: "event" }>;

const abi: Abi = sessionManagerAbi;
const events = abi.filter((item): item is AbiEvent => item.type === "event" && item.inputs.length > 0);
const random = createRandom(160);
const create: Readonly<Record<string, () => unknown>> = {
  address: () => random.address(),
  bytes32: () => random.bytes(32),
  bytes: () => random.bytes(70),
  "bytes[]": () => random.list(3, () => random.bytes(40)),
  uint24: () => Number(random.bits(24)),
  uint32: () => Number(random.bits(32)),
  uint256: () => random.bits(256),
};

// ERC-5267's `EIP712DomainChanged` has no arguments, and the manager's domain never changes.
describe("decodeManagerEvent", () => {
  it.each(events.map((item) => [item.name, item] as const))("reads every argument of %s", (eventName, item) => {
    const args = Object.fromEntries(item.inputs.map(({ name, type }) => [name ?? "", create[type]?.()]));
    expect(Object.values(args)).not.toContain(undefined);
    const topics = encodeEventTopics({ abi: [item], eventName, args }) as Hex[];
    const unindexed = item.inputs.filter(({ indexed }) => indexed !== true);
    const data = encodeAbiParameters(
      unindexed,
      unindexed.map(({ name }) => args[name ?? ""]),
    );
    // Of indexed bytes a log keeps the hash.
    const seen = item.inputs.map(({ name = "", type, indexed }) => {
      const isHashed = indexed === true && type === "bytes";
      return [name, isHashed ? keccak256(args[name] as Hex) : args[name]] as const;
    });
    expect(decodeManagerEvent({ topics, data })).toEqual({ eventName, args: Object.fromEntries(seen) });
  });

  it("knows no log of another contract, and none without topics", () => {
    expect(decodeManagerEvent({ topics: [random.bytes(32)], data: "0x" })).toBeUndefined();
    expect(decodeManagerEvent({ topics: [], data: "0x" })).toBeUndefined();
  });
});
