import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { parseOrder, post, request, waitForOrder, waitForSession } from "../support/api.ts";
import { createWorld, type GrantedSession, type World } from "../support/createWorld.ts";
import { startRelayer, type RelayerProcess } from "../support/runRelayer.ts";
import { isLong } from "./createFaultRun.ts";
import { createMalformed } from "./createMalformed.ts";

let world: World;
let relayer: RelayerProcess;
let session: GrantedSession;
let nonce = 0;

beforeAll(async () => {
  world = await createWorld();
  session = await world.grant(await world.createAccount());
  relayer = await startRelayer(await world.createEnv({ REQUESTS_PER_MINUTE: "10000000", LOG_LEVEL: "error" }));
  await waitForSession(relayer.url, session.sessionId, ({ status }) => status === "active");
});

afterAll(async () => {
  await relayer?.kill();
  await world?.stop();
});

/** The statuses of one good order: it is taken and runs, whatever else goes on. */
async function runGoodOrder(): Promise<(number | string)[]> {
  const { orderHash, body } = await session.createOrder({ nonce });
  nonce += 1;
  const { status } = await post(`${relayer.url}/v1/orders`, body);
  return [status, (await waitForOrder(relayer.url, orderHash)).status];
}

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        requestBody: z
          .object({
            content: z.object({ "application/json": z.object({ schema: z.record(z.string(), z.unknown()) }) }),
          })
          .optional(),
      }),
    ),
  ),
});

/** A linear congruential generator: the same bodies in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test("refuses whatever the API does not describe, and fails on none of it", { timeout: 600_000 }, async () => {
  const { paths } = documentSchema.parse((await request(`${relayer.url}/openapi.json`)).json);
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const schema = requestBody?.content["application/json"].schema;
      return schema === undefined ? [] : [{ path: path.replaceAll(/\{\w+\}/g, session.sessionId), method, schema }];
    }),
  );
  expect(routes.length).toBeGreaterThan(1);
  const random = createRandom(7);
  const failures: string[] = [];
  for (let count = 0; count < (isLong ? 10_000 : 300); count += 1) {
    const route = routes[count % routes.length];
    if (route === undefined) break;
    const body = JSON.stringify(createMalformed(route.schema, random)) ?? "";
    const { status } = await request(`${relayer.url}${route.path}`, { method: route.method.toUpperCase(), body });
    if (status >= 500) failures.push(`${route.method} ${route.path} ${body.slice(0, 300)}: ${status}`);
  }
  expect(failures).toEqual([]);
  expect(await runGoodOrder()).toEqual([202, "confirmed"]);
});

test("goes on while many clients never end their bodies", async () => {
  const { hostname, port } = new URL(relayer.url);
  const sockets = Array.from({ length: isLong ? 1_000 : 100 }, () => {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined);
    socket.write(
      `POST /v1/orders HTTP/1.1\r\nhost: relayer\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
    );
    return socket;
  });
  const dripping = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write(" ");
  }, 500);
  await sleep(1_000);
  expect(await runGoodOrder()).toEqual([202, "confirmed"]);
  clearInterval(dripping);
  for (const socket of sockets) socket.destroy();
});

test("takes a flood of one and the same order for one order", async () => {
  const { orderHash, body } = await session.createOrder({ nonce });
  nonce += 1;
  const statuses = new Map<number, number>();
  for (let round = 0; round < (isLong ? 20 : 3); round += 1) {
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(`${relayer.url}/v1/orders`, body)));
    for (const { status, json } of answers) {
      if (status >= 300) throw new Error(`Refused with ${status}: ${JSON.stringify(json)}`);
      expect(parseOrder(json).orderHash).toBe(orderHash);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  }
  expect([...statuses.keys()].toSorted((a, b) => a - b)).toEqual([200, 202]);
  expect(statuses.get(202)).toBe(1);
  await waitForOrder(relayer.url, orderHash);
  expect((await world.countRuns()).get(orderHash)).toBe(1);
  expect(await runGoodOrder()).toEqual([202, "confirmed"]);
});
