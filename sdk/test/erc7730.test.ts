import { readFileSync } from "node:fs";
import {
  keccak256,
  size,
  slice,
  hexToNumber,
  hexToString,
  stringToHex,
  toFunctionSelector,
  zeroAddress,
  type Abi,
  type AbiParameter,
  type TypedData,
} from "viem";
import { describe, expect, it } from "vitest";
import {
  accountKinds,
  addresses,
  controlTypes,
  grantTypes,
  limitKinds,
  ruleOps,
  sessionManagerAbi,
  spendMethods,
  toAccountSignature,
  toAccountTypedData,
  toTypedData,
} from "../src/index.ts";

type Field = { path: string; format: string; params?: { tokenPath?: string; $ref?: string } };
type File = {
  context: Record<string, { deployments: { chainId: number; address: string }[] }>;
  metadata: { enums: Record<string, Record<string, string>> };
  display: { formats: Record<string, { intent: string; fields: Field[] }> };
};

const read = (name: string): File =>
  JSON.parse(readFileSync(new URL(`../../docs/erc7730/${name}-latchkey.json`, import.meta.url), "utf8")) as File;
const messages = read("eip712");
const calls = read("calldata");

/** What viem takes for `encodeType`: it ends an ERC-7739 signature, before its own length. */
function encodeType(types: TypedData, primaryType: string): string {
  const message = createEmpty(types, primaryType);
  const typedData = toTypedData({ chainId: 1, manager: zeroAddress }, { types, primaryType, message });
  const signature = toAccountSignature(typedData, "0x");
  const end = size(signature) - 2;
  const length = hexToNumber(slice(signature, end));
  return hexToString(slice(signature, end - length, end));
}

/** A message of a type with nothing in it, since viem hashes one to make a signature. */
function createEmpty(types: TypedData, type: string): Record<string, unknown> {
  return Object.fromEntries(
    (types[type] ?? []).map((field) => [
      field.name,
      types[field.type] ? createEmpty(types, field.type) : toEmpty(field.type),
    ]),
  );
}

function toEmpty(type: string): unknown {
  if (type.endsWith("[]")) return [];
  if (type === "address") return zeroAddress;
  if (type === "bool") return false;
  if (type === "string") return "";
  const bytes = /^bytes(\d*)$/.exec(type)?.[1];
  return bytes === undefined ? 0n : `0x${"00".repeat(Number(bytes))}`;
}

const plain: [string, TypedData][] = [["Grant", grantTypes], ...Object.entries(controlTypes)];
const all = plain.flatMap(([primaryType, types]) => {
  const typedData = toTypedData({ chainId: 1, manager: zeroAddress }, { types, primaryType, message: {} });
  const nested = toAccountTypedData(typedData, zeroAddress);
  return [
    [primaryType, types, primaryType],
    [`${primaryType} of an account`, nested.types, nested.primaryType],
  ] as [string, TypedData, string][];
});

describe("the ERC-7730 file of messages", () => {
  it("has a format for every message, plain and nested, and none beside", () => {
    const keys = all.map(([, types, primaryType]) => encodeType(types, primaryType));
    expect(Object.keys(messages.display.formats).toSorted()).toEqual(keys.toSorted());
  });

  it.each(all)("shows every field of %s, and no other", (_, types, primaryType) => {
    const format = messages.display.formats[encodeType(types, primaryType)];
    const leaves = listLeaves((type) => types[type], primaryType);
    const shown = (format?.fields ?? []).map(({ path }) => path);
    // The nested form's own fields are the account's domain, of which only its address is news.
    const ofDomain = new Set(["name", "version", "chainId", "salt"]);
    expect(shown.toSorted()).toEqual(leaves.filter((leaf) => !ofDomain.has(leaf)).toSorted());
    for (const { params } of format?.fields ?? []) {
      if (params?.tokenPath !== undefined) expect(leaves).toContain(params.tokenPath);
    }
  });
});

/** Paths of what is not itself made of fields. */
function listLeaves(
  find: (type: string) => readonly { name: string; type: string }[] | undefined,
  type: string,
  path = "",
): string[] {
  const element = type.replace(/\[\]$/, "");
  const at = element === type ? path : `${path}.[]`;
  const fields = find(element);
  return fields === undefined
    ? [at]
    : fields.flatMap((field) => listLeaves(find, field.type, at === "" ? field.name : `${at}.${field.name}`));
}

describe("the ERC-7730 file of calls", () => {
  const abi: Abi = sessionManagerAbi;
  const functions = abi.filter((item) => item.type === "function");
  const entries = Object.entries(calls.display.formats);

  it.each(entries)("has the selector and fields of the manager's %s", (key, { fields }) => {
    const item = functions.find(({ name }) => key.startsWith(`${name}(`));
    if (item === undefined) throw new Error(`The manager has no function for ${key}`);
    expect(keccak256(stringToHex(toTypesOnly(key))).slice(0, 10)).toBe(toFunctionSelector(item));
    const leaves = item.inputs.flatMap((input) => listParameters(input));
    expect(fields.map(({ path }) => path).toSorted()).toEqual(leaves.toSorted());
  });

  it("covers what an account may call to grant and to stop", () => {
    const names = entries.map(([key]) => key.split("(")[0]);
    expect(names).toEqual(["grant", "revoke", "resume", "pause", "unpause", "revokeAll", "setGuardian"]);
  });
});

/** As the ERC has wallets do it: without the names of parameters. */
const toTypesOnly = (key: string): string => key.replaceAll(/ \w+(?=[,)])/g, "");

function listParameters(parameter: AbiParameter, prefix = ""): string[] {
  const path = `${prefix}${parameter.name ?? ""}${parameter.type.endsWith("[]") ? ".[]" : ""}`;
  if (!("components" in parameter)) return [path];
  return parameter.components.flatMap((component) => listParameters(component, `${path}.`));
}

describe.each([
  ["messages", messages],
  ["calls", calls],
])("both files (%s)", (_, file) => {
  it("name every value of every enum they use", () => {
    const fields = Object.values(file.display.formats).flatMap((format) => format.fields);
    const used = fields.flatMap(({ params }) => params?.$ref?.replace("$.metadata.enums.", "") ?? []);
    expect([...new Set(used)].toSorted()).toEqual(["accountKind", "limitKind", "ruleOp", "spendMethod"]);
    const names = { accountKind: accountKinds, limitKind: limitKinds, ruleOp: ruleOps, spendMethod: spendMethods };
    for (const [name, values] of Object.entries(names)) {
      expect(Object.keys(file.metadata.enums[name] ?? {})).toEqual(values.map((__, index) => index.toString()));
    }
  });

  it("apply to the live managers only", () => {
    const live = Object.entries(addresses).filter(([chainId]) => chainId !== "31337");
    const managers = live.map(([chainId, { sessionManager }]) => ({
      chainId: Number(chainId),
      address: sessionManager,
    }));
    expect(file.context["eip712"]?.deployments ?? file.context["contract"]?.deployments).toEqual(managers);
  });
});
