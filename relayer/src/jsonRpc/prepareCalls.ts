import { findScope, hashOrder, toErrorSentence, toOrderJson, type Order } from "@latchkey/sdk";
import type { Kysely } from "kysely";
import { hexToBigInt, isAddressEqual, numberToHex } from "viem";
import { z } from "zod";
import { toRefusal } from "../admission/toRefusal.ts";
import type { ContentStore, SessionContent } from "../admission/createContentStore.ts";
import type { Parties } from "../auth/createParties.ts";
import type { Principal } from "../auth/principal.ts";
import type { SessionReader } from "../chain/createSessionReader.ts";
import { listLiveOrders } from "../db/orderRows.ts";
import type { Database } from "../db/schema.ts";
import { ProblemError } from "../problem.ts";
import { addressSchema, hashSchema, hexSchema, uintSchema } from "../routes/schemas.ts";
import { checkCapabilities, checkChain, quantitySchema } from "./jsonRpcParams.ts";

/** ERC-7836 at commit 08fb483838a65e19093aa8e065ce87fc42a83892 of its draft: its one parameter. */
export const prepareCallsSchema = z.tuple([
  z.object({
    version: z.string(),
    chainId: quantitySchema,
    from: addressSchema.optional(),
    calls: z
      .array(
        z.object({
          to: addressSchema,
          data: hexSchema().default("0x"),
          value: quantitySchema.default("0x0"),
          capabilities: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .max(255),
    capabilities: z
      .looseObject({
        permissions: z.object({ id: hashSchema }),
        /** What an order says beside its calls, for whoever wants it otherwise than by default. */
        latchkey: z
          .object({
            nonce: uintSchema(24).optional(),
            deadline: uintSchema(48).optional(),
            gasLimit: uintSchema(32).optional(),
          })
          .optional(),
      })
      .describe("`permissions.id` is the session's id"),
  }),
]);

type Deps = {
  db: Kysely<Database>;
  contents: ContentStore;
  sessionReader: SessionReader;
  parties: Parties;
  config: { chainId: number; manager: `0x${string}` };
};

/** Seconds that a client has to sign and send, beyond the newest block. */
const deadlineSeconds = 300;

/** Makes an order of calls, to be signed and sent by `wallet_sendPreparedCalls`. Nothing is stored. */
export async function prepareCalls(
  deps: Deps,
  [{ version, chainId, from, calls, capabilities }]: z.output<typeof prepareCallsSchema>,
  principal: Principal | undefined,
) {
  const { contents, config } = deps;
  checkChain(chainId, config.chainId);
  checkCapabilities(capabilities, ["permissions", "latchkey"]);
  for (const call of calls) checkCapabilities(call.capabilities ?? {}, []);
  const content = await contents.get(capabilities.permissions.id);
  const { session, scopes, sessionId } = content;
  if (from !== undefined && !isAddressEqual(from, session.account)) {
    throw new ProblemError(
      "call-invalid",
      `The session ${sessionId} is of the account ${session.account}, not ${from}`,
    );
  }
  const { nonce, deadline, gasLimit } = capabilities.latchkey ?? {};
  const { nextNonce, now } = await readNext(deps, content, principal);
  const order: Order = {
    sessionId,
    nonce: nonce ?? nextNonce,
    deadline: deadline ?? now + deadlineSeconds,
    gasLimit: gasLimit ?? 300_000 + 200_000 * calls.length,
    calls: calls.map(({ to, data, value }, callIndex) => {
      const call = { target: to, value: hexToBigInt(value), data };
      const found = findScope({ session, scopes, call, callIndex, manager: config.manager });
      if ("scope" in found) return { ...call, scope: found.leaf };
      const { error, args } = found.refusal ?? { error: "ScopeNotGranted", args: [BigInt(callIndex)] };
      throw toRefusal(toErrorSentence({ name: error, args }));
    }),
  };
  return {
    capabilities: { permissions: { id: sessionId } },
    chainId: numberToHex(config.chainId),
    context: { order: toOrderJson(order) },
    digest: hashOrder(order, config),
    version,
  };
}

/** The nonce after those on chain and, for who may know of them, those in flight. */
async function readNext(
  { db, sessionReader, parties, config }: Deps,
  content: SessionContent,
  principal: Principal | undefined,
): Promise<{ nextNonce: number; now: number }> {
  const state = await sessionReader.getState(content);
  const isParty = await parties.isParty(principal, content);
  const { sessionId } = content;
  const query = { chainId: config.chainId, sessionId, afterBlock: state.block.number };
  const live = isParty ? (await listLiveOrders(db, query)).filter(({ isLive }) => isLive) : [];
  return {
    nextNonce: Math.max(state.nextNonce, ...live.map((order) => order.nonce + 1)),
    now: Math.max(state.block.timestamp, Math.floor(Date.now() / 1000)),
  };
}
