import { createApiPolicy, hashApiPolicy } from "@latchkey/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiPolicies } from "../src/limits/createApiPolicies.ts";
import { ProblemError } from "../src/problem.ts";
import { chainId, openTestDatabase } from "./support/openTestDatabase.ts";
import { createContent } from "./support/sentinelWorld.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());

const start = () =>
  createApiPolicies({
    db: database.db,
    parties: { requireParty: () => Promise.reject(new Error("Nobody is asked for")) },
    config: { chainId },
  });

test("an instance keeps what another one was told, also if it has found no policy before", async () => {
  const [first, second] = [start(), start()];
  const policy = createApiPolicy({ cidrs: ["192.0.2.0/24", "2001:db8::/32"] });
  const plain = createContent();
  const content = { ...plain, session: { ...plain.session, salt: hashApiPolicy(policy) } };
  const ask = (source: string | undefined) =>
    second.check(content, { principal: undefined, source }).then(
      () => "taken",
      (error: unknown) => (error instanceof ProblemError ? error.code : error),
    );
  expect(await ask("198.51.100.1")).toBe("taken");
  first.checkCommitment(content, policy);
  await first.put(database.db, content.sessionId, policy);
  expect(await ask("198.51.100.1")).toBe("taken");
  await second.refresh();
  expect(await ask("198.51.100.1")).toBe("source-not-allowed");
  // One without a network address, such as a client of a socket file.
  expect(await ask(undefined)).toBe("source-not-allowed");
  expect(await ask("192.0.2.77")).toBe("taken");
  expect(await ask("::ffff:192.0.2.77")).toBe("taken");
  expect(await ask("2001:db8:ffff::1")).toBe("taken");
  expect(await ask("2001:db9::1")).toBe("source-not-allowed");
});
