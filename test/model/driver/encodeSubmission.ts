import { concatHex, hashTypedData, numberToHex, size, type Hex } from "viem";
import { getScopeProof, packScope, packSession, type Order, type Scope } from "@latchkey/sdk";
import { leafOf } from "../reference/leafOf.ts";
import type { PlannedCall, Signed, Submission } from "../reference/operation.ts";
import { toApprovalMessage, toLeaseMessage, toOrderMessage, type Domain, type Message } from "./messages.ts";
import { signMessage } from "./signMessage.ts";

/** What `execute` takes, and its parts as `redeemDelegations` takes them. */
export type EncodedSubmission = {
  packed: Hex;
  order: Order;
  session: Hex;
  scopes: readonly Hex[];
  proofs: readonly Hex[];
  signature: Hex;
  lease: Hex;
  approval: Hex;
};

const otherHash: Hex = `0x${"5a".repeat(32)}`;

export function toOrder({ plan, nonce, deadline, gasLimit, calls }: Submission): Order {
  return {
    sessionId: plan.id,
    nonce,
    deadline,
    gasLimit,
    calls: calls.map(({ scope, value, data }) => ({ target: scope.target, value, data, scope: leafOf(scope) })),
  };
}

/** Signs and packs a submission, with the faults that it says it has. */
export async function encodeSubmission(domain: Domain, submission: Submission): Promise<EncodedSubmission> {
  const order = toOrder(submission);
  const orderHash = hashTypedData(toOrderMessage(domain, order));
  const { lease, approval, plan, calls, broken } = submission;
  const parts = {
    order,
    session: packSession(plan.session),
    scopes: calls.map(({ scope }) => packScope(scope)),
    proofs: calls.map((call) => toProof(call, plan.scopes)),
    signature: await sign(submission.signature, (signed) => toTamperedOrder(domain, order, signed)),
    lease: lease
      ? concatHex([
          numberToHex(lease.issuedAt, { size: 6 }),
          await sign(lease, (signed) => toTamperedLease(domain, plan.id, lease.issuedAt, signed)),
        ])
      : ("0x" as const),
    approval: await sign(approval, ({ tampered }) =>
      toApprovalMessage(
        tampered === "domain" ? toOther(domain) : domain,
        tampered === "nothing" || tampered === "domain" ? orderHash : otherHash,
      ),
    ),
  };
  return { ...parts, packed: breakBytes(pack(submission, parts), broken) };
}

async function sign(signed: Signed | undefined, toMessage: (signed: Signed) => Message): Promise<Hex> {
  return signed ? signMessage(signed.by, toMessage(signed)) : "0x";
}

function toTamperedOrder(domain: Domain, order: Order, { tampered }: Signed): Message {
  switch (tampered) {
    case "nothing":
      return toOrderMessage(domain, order);
    case "nonce":
      return toOrderMessage(domain, { ...order, nonce: order.nonce ^ 1 });
    case "deadline":
      return toOrderMessage(domain, { ...order, deadline: order.deadline + 1 });
    case "subject":
      return toOrderMessage(domain, toOtherSubject(order));
    case "domain":
      return toOrderMessage(toOther(domain), order);
  }
}

/** The same calls under another scope, or no calls of another session. */
function toOtherSubject(order: Order): Order {
  return order.calls.length === 0
    ? { ...order, sessionId: otherHash }
    : { ...order, calls: order.calls.map((call) => ({ ...call, scope: otherHash })) };
}

function toTamperedLease(domain: Domain, sessionId: Hex, issuedAt: number, { tampered }: Signed): Message {
  switch (tampered) {
    case "nothing":
      return toLeaseMessage(domain, sessionId, issuedAt);
    case "nonce":
    case "deadline":
      return toLeaseMessage(domain, sessionId, issuedAt + 1);
    case "subject":
      return toLeaseMessage(domain, otherHash, issuedAt);
    case "domain":
      return toLeaseMessage(toOther(domain), sessionId, issuedAt);
  }
}

export function toOther(domain: Domain): Domain {
  return { ...domain, chainId: domain.chainId + 1 };
}

function toProof({ scope, isProven }: PlannedCall, scopes: readonly Scope[]): Hex {
  const leaf = leafOf(scope);
  const siblings = scopes.some((other) => leafOf(other) === leaf) ? getScopeProof(scopes, leaf) : [];
  return concatHex(isProven ? siblings : [...siblings, otherHash]);
}

function pack(submission: Submission, parts: Omit<EncodedSubmission, "packed">): Hex {
  const { gasLimit, nonce, deadline, calls } = submission;
  return concatHex([
    numberToHex(gasLimit, { size: 4 }),
    numberToHex(nonce, { size: 3 }),
    numberToHex(deadline, { size: 6 }),
    toSized(parts.session, 2),
    numberToHex(calls.length, { size: 1 }),
    ...calls.flatMap(({ value, data }, index) => {
      const [scope, proof] = [parts.scopes[index] ?? "0x", parts.proofs[index] ?? "0x"];
      return [
        toSized(scope, 2),
        numberToHex(size(proof) / 32, { size: 1 }),
        proof,
        numberToHex(value, { size: 16 }),
        toSized(data, 3),
      ];
    }),
    toSized(parts.signature, 2),
    toSized(parts.lease, 2),
    toSized(parts.approval, 2),
  ]);
}

function toSized(bytes: Hex, lengthBytes: number): Hex {
  return concatHex([numberToHex(size(bytes), { size: lengthBytes }), bytes]);
}

function breakBytes(packed: Hex, broken: Submission["broken"]): Hex {
  switch (broken) {
    case "nowhere":
      return packed;
    case "tail":
      return concatHex([packed, "0x00"]);
    case "cut":
      return packed.slice(0, -2) as Hex;
    case "flags": {
      // The session's flags come after gas limit, nonce, deadline and its length; bit 11 is to be zero.
      const at = 2 + 2 * 15;
      const flags = Number(`0x${packed.slice(at, at + 4)}`) | (1 << 11);
      return `${packed.slice(0, at)}${flags.toString(16).padStart(4, "0")}${packed.slice(at + 4)}` as Hex;
    }
  }
}
