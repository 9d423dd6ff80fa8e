import {
  encodePauseWithSignature,
  encodeRevokeWithSignature,
  encodeSurrenderWithSignature,
  toErrorSentence,
  type Control,
} from "@latchkey/sdk";
import type { Kysely } from "kysely";
import type { Address, Hex } from "viem";
import { z } from "zod";
import type { ContentStore } from "../admission/createContentStore.ts";
import type { App } from "../app.ts";
import { requirePrincipal, type Parties } from "../auth/createParties.ts";
import type { Principal } from "../auth/principal.ts";
import { consumeRequestNonce } from "../auth/requestNonces.ts";
import type { Rpc } from "../chain/createRpc.ts";
import { CallRevertedError, RpcError } from "../chain/rpcErrors.ts";
import type { Config } from "../config.ts";
import { getControl, insertControl, type ControlRow, type NewControl } from "../db/controlRows.ts";
import type { Database } from "../db/schema.ts";
import type { Access } from "../limits/createAccess.ts";
import type { GasBudget } from "../limits/createGasBudget.ts";
import { ProblemError } from "../problem.ts";
import { measureControl } from "../submission/measureControl.ts";
import { addressSchema, hashSchema, hexSchema, problemSchema, reasonSchema, uintSchema } from "./schemas.ts";

type Deps = {
  app: App;
  db: Kysely<Database>;
  rpc: Rpc;
  contents: ContentStore;
  parties: Parties;
  access: Access;
  gasBudget: GasBudget;
  /** Who would send it. */
  submitter: Address;
  /** Tells the submission that there is something to do. */
  onAccepted: () => void;
  config: Pick<Config, "chainId" | "manager" | "batch">;
};

const controlSchema = z.strictObject({
  controlNonce: uintSchema(48).describe("The account's; a surrender is good with any"),
  deadline: uintSchema(48).describe("Seconds since the Unix epoch, inclusive"),
  signature: hexSchema().describe("Over the EIP-712 message of the act"),
});
const controlStateSchema = z.object({
  id: z.string(),
  kind: z.enum(["surrender", "revoke", "pause", "sentinel-suspend", "sentinel-revoke", "report-misuse"]),
  account: z.string(),
  sessionId: z.string().optional(),
  status: z.enum(["waiting", "submitted", "done", "failed"]),
  transactionHash: z.string().optional(),
  reason: reasonSchema.optional(),
});
const responses = { 202: controlStateSchema, "4xx": problemSchema, "5xx": problemSchema };

type SignedControl = Required<Pick<NewControl, "kind">> & { account: Address; sessionId?: Hex; data: Hex };

/** What only takes authority away, signed by whoever may: sent to the manager at the operator's cost. */
export function addControlRoutes(deps: Deps): void {
  const { app, db, rpc, contents, parties, access, gasBudget, submitter, onAccepted, config } = deps;
  const { chainId, manager } = config;

  /** Gas it needs. Throws `control-refused` with the manager's own reason. */
  async function measure(data: Hex): Promise<number> {
    try {
      return await measureControl(rpc, { from: submitter, manager, data, gasMax: config.batch.gasMax });
    } catch (error) {
      if (error instanceof CallRevertedError) {
        const rule = toErrorSentence(error.data);
        throw new ProblemError("control-refused", rule.sentence, { rule });
      }
      if (error instanceof RpcError) {
        throw new ProblemError("rpc-unavailable", "The manager could not be asked", { cause: error });
      }
      throw error;
    }
  }

  async function take(signed: SignedControl, principal: Principal): Promise<ControlRow> {
    const { account } = signed;
    await access.check(account);
    const gas = await measure(signed.data);
    const control = await db.transaction().execute(async (tx) => {
      const inserted = await insertControl(tx, chainId, signed);
      if (inserted.isNew) {
        const charge = gasBudget.charge([{ account, gas }]);
        charge.open((await tx.executeQuery(charge.add.compile(tx))).rows);
        const problem = charge.take({ account, gas });
        if (problem !== undefined) throw problem;
      }
      await consumeRequestNonce(tx, chainId, principal.nonce);
      return inserted.control;
    });
    onAccepted();
    return control;
  }

  function addSessionRoute(
    kind: "surrender" | "revoke",
    texts: { summary: string; description: string },
    encode: typeof encodeSurrenderWithSignature,
  ): void {
    app.post(
      `/v1/sessions/:id/${kind}`,
      { schema: { ...texts, params: z.object({ id: hashSchema }), body: controlSchema, response: responses } },
      async ({ params: { id }, body, principal }, reply) => {
        requirePrincipal(principal);
        const content = await contents.get(id);
        const party = await parties.requireParty(principal, content);
        const { session } = content;
        const data = encode(session, toControl(body));
        const control = await take({ kind, account: session.account, sessionId: id, data }, party);
        return reply.code(202).send(toControlState(control));
      },
    );
  }

  addSessionRoute(
    "surrender",
    {
      summary: "Give a session up for ever",
      description:
        "`Surrender(account, sessionId, controlNonce, deadline)`, signed by the session key. In a request signed by key or owner.",
    },
    encodeSurrenderWithSignature,
  );
  addSessionRoute(
    "revoke",
    {
      summary: "Revoke a session for ever",
      description:
        "`Revoke(account, sessionId, controlNonce, deadline)`, signed by the account. In a request signed by key or owner.",
    },
    encodeRevokeWithSignature,
  );

  app.post(
    "/v1/accounts/:address/pause",
    {
      schema: {
        summary: "Stop every session of an account until it unpauses",
        description:
          "`Pause(account, controlNonce, deadline)`, signed by the account or its guardian. In a request signed by the owner.",
        params: z.object({ address: addressSchema }),
        body: controlSchema,
        response: responses,
      },
    },
    async ({ params: { address: account }, body, principal }, reply) => {
      const known = requirePrincipal(principal);
      if (!(await parties.isOwner(known, account))) {
        throw new ProblemError("not-a-party", `The request is not signed by the owner of ${account}`);
      }
      const data = encodePauseWithSignature(account, toControl(body));
      return reply.code(202).send(toControlState(await take({ kind: "pause", account, data }, known)));
    },
  );

  app.get(
    "/v1/controls/:id",
    {
      schema: {
        summary: "What became of a surrender, revocation or pause",
        params: z.object({ id: z.uuid() }),
        response: { 200: controlStateSchema, "4xx": problemSchema },
      },
    },
    async ({ params: { id } }) => {
      const control = await getControl(db, chainId, id);
      if (control === undefined) throw new ProblemError("not-found", `The relayer has no control ${id}`);
      return toControlState(control);
    },
  );
}

const toControl = ({ controlNonce, deadline, signature }: z.output<typeof controlSchema>): Control => ({
  controlNonce,
  deadline,
  signature,
});

function toControlState(row: ControlRow): z.input<typeof controlStateSchema> {
  return {
    id: row.id,
    kind: row.kind,
    account: row.account,
    ...(row.session_id !== "" && { sessionId: row.session_id }),
    status: row.status,
    ...(row.transaction_hash !== null && { transactionHash: row.transaction_hash }),
    ...(row.reason !== null && { reason: reasonSchema.parse(JSON.parse(row.reason)) }),
  };
}
