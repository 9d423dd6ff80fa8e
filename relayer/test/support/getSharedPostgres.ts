import { z } from "zod";

export const sharedVariable = "LATCHKEY_TEST_POSTGRES";

const sharedSchema = z.object({
  url: z.string(),
  localUrl: z.string(),
  /** Name of a database that has all tables and nothing in them. */
  template: z.string(),
});

/** The server of `sharePostgres`. Nothing outside of a test run, or without Postgres. */
export function getSharedPostgres(): z.infer<typeof sharedSchema> | undefined {
  const text = process.env[sharedVariable];
  return text === undefined ? undefined : sharedSchema.parse(JSON.parse(text));
}
