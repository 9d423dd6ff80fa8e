/** ERC-7730 files: what wallets show instead of bytes when an owner signs a grant or a control message, or sends it. */
import { zeroAddress, type Abi, type AbiParameter, type TypedData } from "viem";
import { toAccountTypedData } from "../../sdk/src/accountSignature.ts";
import { controlTypes, type ControlMessage } from "../../sdk/src/controlMessage.ts";
import { grantTypes } from "../../sdk/src/grantMessage.ts";
import { toTypedData } from "../../sdk/src/typedData.ts";
import { deadlineField, metadata, toControlFields, toGrantFields, type Field } from "./fields.ts";

type Deployment = { chainId: number; address: string };
type Format = { $id: string; intent: string; fields: Field[] };

const $schema = "https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json";

const intents: Readonly<Record<ControlMessage["type"], string>> = {
  Revoke: "Revoke a key for ever",
  Surrender: "Give up a key for ever",
  Suspend: "Suspend a key",
  Resume: "Let a key run again",
  Pause: "Pause all keys",
  Unpause: "Let all keys run again",
  RevokeAll: "Revoke all keys for ever",
  SetGuardian: "Name who may pause all keys",
};
const grantIntent = "Grant a key limited authority over your account";

/** Of messages: each as it is, and nested for the owner of a `SessionAccount` (ERC-7739). */
export function createMessagesFile(deployments: readonly Deployment[]): object {
  const formats: [string, Format][] = [
    ...toFormats(grantTypes, "Grant", (prefix) => ({
      intent: grantIntent,
      fields: [...toGrantFields(prefix), ...deadlineField(prefix)],
    })),
    ...Object.entries(controlTypes).flatMap(([type, types]) =>
      toFormats(types, type, (prefix) => ({
        intent: intents[type as ControlMessage["type"]],
        fields: toControlFields(types[type]?.map(({ name }) => name) ?? [], prefix),
      })),
    ),
  ];
  return {
    $schema,
    context: { $id: "Latchkey messages", eip712: { domain: { name: "Latchkey", version: "1" }, deployments } },
    metadata,
    display: { formats: Object.fromEntries(formats) },
  };
}

function toFormats(
  types: TypedData,
  primaryType: string,
  toContent: (prefix?: string) => Omit<Format, "$id">,
): [string, Format][] {
  const typedData = toTypedData({ chainId: 1, manager: zeroAddress }, { types, primaryType, message: {} });
  const nested = toAccountTypedData(typedData, zeroAddress);
  const account: Field = {
    path: "verifyingContract",
    label: "Signing as account",
    format: "addressName",
  };
  const { intent, fields } = toContent("contents.");
  return [
    [encodeType(types, primaryType), { $id: primaryType, ...toContent() }],
    [
      encodeType(nested.types, nested.primaryType),
      { $id: `${primaryType} by the owner of an account`, intent, fields: [account, ...fields] },
    ],
  ];
}

/** EIP-712's `encodeType`: the type, then those it refers to by name. */
function encodeType(types: TypedData, primaryType: string): string {
  const found = new Set<string>();
  const visit = (type: string): void => {
    const name = type.replace(/\[\]$/, "");
    if (found.has(name) || types[name] === undefined) return;
    found.add(name);
    for (const field of types[name]) visit(field.type);
  };
  visit(primaryType);
  const others = [...found].filter((name) => name !== primaryType).toSorted();
  return [primaryType, ...others]
    .map((name) => `${name}(${(types[name] ?? []).map((field) => `${field.type} ${field.name}`).join(",")})`)
    .join("");
}

/** Of what the account calls: its owner's wallet shows it where it looks into the account's batch. */
export function createCallsFile(abi: Abi, deployments: readonly Deployment[]): object {
  const calls: readonly [name: string, intent: string][] = [
    ["grant", grantIntent],
    ["revoke", intents.Revoke],
    ["resume", intents.Resume],
    ["pause", intents.Pause],
    ["unpause", intents.Unpause],
    ["revokeAll", intents.RevokeAll],
    ["setGuardian", intents.SetGuardian],
  ];
  const formats = calls.map(([name, intent]): [string, Format] => {
    const inputs = abi.find((item) => item.type === "function" && item.name === name);
    if (inputs?.type !== "function") throw new Error(`The manager has no function ${name}`);
    const names = inputs.inputs.map((input) => input.name ?? "");
    const fields = name === "grant" ? toGrantFields() : toControlFields(names);
    return [`${name}(${inputs.inputs.map(toFragment).join(",")})`, { $id: name, intent, fields }];
  });
  return {
    $schema,
    context: { $id: "Latchkey SessionManager", contract: { deployments } },
    metadata,
    display: { formats: Object.fromEntries(formats) },
  };
}

function toFragment(parameter: AbiParameter): string {
  const { type, name = "" } = parameter;
  if (!("components" in parameter)) return `${type} ${name}`;
  return `(${parameter.components.map(toFragment).join(",")})${type.slice("tuple".length)} ${name}`;
}
