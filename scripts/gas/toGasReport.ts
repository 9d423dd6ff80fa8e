import { toTable, type Row } from "../bench/toTable.ts";
import type { GasResults } from "./measureGas.ts";
import { jobs, peers, target } from "./peers.ts";

/** The results as Markdown tables, the first beside the peers' figures. */
export function toGasReport(results: GasResults): string {
  const gas = (name: string) => get(results, name);
  const toJobRow = (name: string, suffix: string): Row => [
    name,
    ...jobs.map((job) => toCell(results[`${job}${suffix}`])),
  ];
  const withDelta = (title: string, name: string, base: string): Row => [
    title,
    toCell(gas(name)),
    toSigned(gas(name) - gas(base)),
  ];
  return [
    "Thousands of gas.",
    toTable(
      ["", "J1", "J1 by the key", "J2", "J3", "J5, per use", "grant", "revoke"],
      [
        ...peers.map(([name, figures]): Row => [name, ...jobs.map((job) => toThousands(figures[job]))]),
        toJobRow("**Latchkey**, clone account", ""),
        ["_target_", ...jobs.map((job) => `_≤ ${toThousands(target[job])}_`)],
        toJobRow("**Latchkey**, EOA under EIP-7702", "Eip7702"),
        toJobRow("**Latchkey**, Safe 1.4.1", "Safe"),
        toJobRow("**Latchkey**, OpenZeppelin's ERC-7579 account", "Erc7579"),
        toJobRow("Plain EOA, same run", "Plain"),
      ],
    ),
    toVerdict(results),
    "J1 with more of everything; gas beyond one of it.",
    toTable(
      ["J1 under", "gas", "beyond"],
      [
        ...["10", "50", "1000"].map((n) => withDelta(`${n} scopes`, `scopes${n}`, "scopes1")),
        ...["2", "3", "4", "5"].map((n) => withDelta(`${n} limits on its token`, `limits${n}`, "limits1")),
        ...["2", "3", "4", "5"].map((n) => withDelta(`limits on ${n} tokens`, `tokens${n}`, "limits1")),
        withDelta("10 calls under one signature", "calls10", "J1"),
      ],
    ),
    `A doubling of scopes costs **${get(results, "scopesPerDoubling")} gas** (1 to 1000 scopes), of which 512 are the 32 bytes of calldata of one more sibling. \`revokeAll\` costs ${get(results, "revokeAll1")} gas with 1 session and ${get(results, "revokeAll100")} with 100.`,
    "J1 by kind of session key; gas beyond secp256k1.",
    toTable(
      ["session key", "gas", "beyond"],
      [
        withDelta("secp256k1", "keySecp256k1", "keySecp256k1"),
        withDelta("ERC-1271 contract of one ECDSA key", "keyErc1271", "keySecp256k1"),
        withDelta("P-256", "keyP256", "keySecp256k1"),
        withDelta("WebAuthn (passkey)", "keyWebAuthn", "keySecp256k1"),
        withDelta("RSA, 2048 bits", "keyRsa", "keySecp256k1"),
        withDelta("weighted multi-signer, 2 of 2", "keyWeighted", "keySecp256k1"),
      ],
    ),
    "J1 under what else a session may ask; gas beyond J1.",
    toTable(
      ["J1 with", "gas", "beyond"],
      [
        withDelta("a lease", "lease", "J1"),
        withDelta("an approval", "approved", "J1"),
        withDelta("an approver, below the amount that needs them", "belowApproval", "J1"),
        withDelta("ERC-7710 `redeemDelegations`", "delegation", "J1"),
        [
          "sentinel, revocation by them and on misuse, salt, guardian: named, not used",
          "–",
          `${toSigned(get(results, "unusedFeatures"))} without calldata`,
        ],
      ],
    ),
    "A swap in a real Uniswap V3 pool; gas beyond the same swap by an EOA whose allowances stand.",
    toTable(
      ["swap", "gas", "beyond"],
      [
        withDelta("SwapRouter02, EOA", "swapPlain", "swapPlain"),
        withDelta("temporary allowance, gross limit", "swapGross", "swapPlain"),
        withDelta("temporary allowance, net limit", "swapNet", "swapPlain"),
        withDelta("temporary allowance, gross limit and inventory", "swapGrossInventory", "swapPlain"),
        withDelta("UniversalRouter, EOA", "routePlain", "routePlain"),
        withDelta("temporary Permit2 allowance, gross limit", "routePermit2", "routePlain"),
        withDelta("the same under `UniversalRouterPolicy`", "routePermit2Policy", "routePlain"),
      ],
    ),
    "Acts other than orders.",
    toTable(
      ["", "gas"],
      [
        ["`grantWithSignature`, clone", toCell(gas("grantWithSignature"))],
        ["`revokeWithSignature`, clone", toCell(gas("revokeWithSignature"))],
        ["`suspend`, by the sentinel", toCell(gas("suspend"))],
        ["`surrender`, by the key", toCell(gas("surrender"))],
        ["`pause`, by the owner of a clone, first control act", toCell(gas("pause"))],
        ["`pauseWithSignature`, clone, first control act", toCell(gas("pauseWithSignature"))],
        ["an order without calls, which cancels its nonce", toCell(gas("cancel"))],
      ],
    ),
  ].join("\n\n");
}

function toVerdict(results: GasResults): string {
  const over = jobs.filter((job) => get(results, job) > (target[job] ?? Infinity) * 1000);
  const list = over.map((job) => `${job} by ${toSigned(get(results, job) - (target[job] ?? 0) * 1000)}`);
  return over.length === 0 ? "Every target is met." : `Over its target: ${list.join(", ")}.`;
}

function get(results: GasResults, name: string): number {
  const gas = results[name];
  if (gas === undefined) throw new Error(`${name} was not measured`);
  return gas;
}

function toCell(gas: number | undefined): string {
  return toThousands(gas === undefined ? undefined : gas / 1000);
}

function toThousands(thousands: number | undefined): string {
  return thousands === undefined ? "–" : `${thousands.toFixed(1)}k`;
}

function toSigned(gas: number): string {
  return gas < 0 ? `−${-gas}` : `+${gas}`;
}
