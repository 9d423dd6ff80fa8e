import { zeroAddress, zeroHash } from "viem";
import { nativeToken } from "../../sdk/src/nativeToken.ts";
import { ruleOps, spendMethods } from "../../sdk/src/scope.ts";
import { accountKinds, limitKinds } from "../../sdk/src/session.ts";

/** One field of a message or call, and how a wallet shows it (ERC-7730). */
export type Field = { path: string; label: string; format: string; params?: object; visible?: "optional" | object };

const enumLabels = {
  accountKind: { sessionAccount: "Latchkey account", erc7579: "ERC-7579 account", safe: "Safe" },
  limitKind: { gross: "spend at most", net: "lose at most", inventory: "sell only what it bought, and this much" },
  spendMethod: { none: "nothing", allowance: "by allowance", permit2: "by Permit2" },
  ruleOp: {
    equal: "must be",
    notEqual: "must not be",
    atMost: "must be at most",
    atLeast: "must be at least",
    oneOf: "must be one of",
    isAccount: "must be the account",
  },
} as const;

export const metadata = {
  owner: "Latchkey",
  contractName: "Latchkey SessionManager",
  constants: { nativeToken },
  // A number on the wire: its name's position in the SDK's list, which is the contract's order.
  enums: {
    accountKind: Object.fromEntries(accountKinds.map((kind, index) => [index, enumLabels.accountKind[kind]])),
    limitKind: Object.fromEntries(limitKinds.map((kind, index) => [index, enumLabels.limitKind[kind]])),
    spendMethod: Object.fromEntries(spendMethods.map((method, index) => [index, enumLabels.spendMethod[method]])),
    ruleOp: Object.fromEntries(ruleOps.map((op, index) => [index, enumLabels.ruleOp[op]])),
  },
};

const raw = { format: "raw" };
const date = { format: "date", params: { encoding: "timestamp" } };
const address = { format: "addressName" };
const ifAnyone = { visible: { ifNotIn: [zeroAddress] } };
const ifAny = { visible: { ifNotIn: [0] } };
const isTrue = { visible: { ifNotIn: [false] } };
const toEnum = (name: keyof typeof metadata.enums) => ({
  format: "enum",
  params: { $ref: `$.metadata.enums.${name}` },
});
const toTokenAmount = (tokenPath: string) => ({
  format: "tokenAmount",
  params: { tokenPath, nativeCurrencyAddress: ["$.metadata.constants.nativeToken"] },
});

/** Every field of a session and its scopes, below `prefix`. */
export function toGrantFields(prefix = ""): Field[] {
  const [session, limit, scope] = [`${prefix}session`, `${prefix}session.limits.[]`, `${prefix}scopes.[]`];
  return [
    { path: `${session}.account`, label: "Account", ...address },
    { path: `${session}.accountKind`, label: "Kind of account", ...toEnum("accountKind") },
    { path: `${session}.signer`, label: "Session key", ...raw },
    { path: `${session}.validAfter`, label: "Starts", ...date },
    { path: `${session}.validUntil`, label: "Ends", ...date },
    { path: `${session}.maxOrders`, label: "Orders at most", ...raw },
    { path: `${limit}.kind`, label: "Limit", ...toEnum("limitKind") },
    { path: `${limit}.amount`, label: "Amount", ...toTokenAmount(`${limit}.token`) },
    { path: `${limit}.token`, label: "Token", ...address },
    { path: `${limit}.period`, label: "Each period of", format: "duration", ...ifAny },
    { path: `${limit}.approveAbove`, label: "Approver signs above", ...toTokenAmount(`${limit}.token`), ...ifAny },
    { path: `${scope}.target`, label: "May call", ...address },
    { path: `${scope}.selector`, label: "Function (0 = plain transfer)", ...raw },
    { path: `${scope}.maxValue`, label: "Sending at most", format: "amount", ...ifAny },
    { path: `${scope}.spendToken`, label: "Which may take", ...address, ...ifAnyone },
    { path: `${scope}.spendMethod`, label: "In the way", ...toEnum("spendMethod"), ...ifAny },
    { path: `${scope}.policy`, label: "If this policy agrees", ...address, ...ifAnyone },
    { path: `${scope}.rules.[].offset`, label: "Argument at byte", ...raw },
    { path: `${scope}.rules.[].op`, label: "Rule", ...toEnum("ruleOp") },
    { path: `${scope}.rules.[].values.[]`, label: "Value", ...raw },
    { path: `${session}.minInterval`, label: "Between orders", format: "duration", ...ifAny },
    { path: `${session}.relayer`, label: "Only through relayer", ...address, ...ifAnyone },
    { path: `${session}.sentinel`, label: "Sentinel, who may suspend", ...address, ...ifAnyone },
    { path: `${session}.sentinelMayRevoke`, label: "Sentinel may revoke", ...raw, ...isTrue },
    { path: `${session}.leaseTtl`, label: "Needs a lease younger than", format: "duration", ...ifAny },
    { path: `${session}.approver`, label: "Approver", ...raw, visible: { ifNotIn: ["0x"] } },
    { path: `${session}.revokeOnMisuse`, label: "Ends on misuse", ...raw, ...isTrue },
    { path: `${session}.epoch`, label: "Account epoch", ...raw, visible: "optional" },
    { path: `${session}.scopesRoot`, label: "Scopes root", ...raw, visible: "optional" },
    { path: `${session}.salt`, label: "Salt", ...raw, visible: { ifNotIn: [zeroHash] } },
  ];
}

const ofControl: Readonly<Record<string, Omit<Field, "path">>> = {
  account: { label: "Account", ...address },
  sessionId: { label: "Session", ...raw },
  guardian: { label: "Guardian (0 = nobody)", ...address },
  controlNonce: { label: "Control nonce", ...raw, visible: "optional" },
  deadline: { label: "May be used until", ...date },
  session: { label: "Packed session", ...raw },
};

/** The fields of a control message or call, by their names. */
export function toControlFields(names: readonly string[], prefix = ""): Field[] {
  return names.map((name) => {
    const field = ofControl[name];
    if (field === undefined) throw new Error(`No wallet could show ${name}: say how`);
    return { path: `${prefix}${name}`, ...field };
  });
}

export const deadlineField = (prefix = ""): Field[] => toControlFields(["deadline"], prefix);
