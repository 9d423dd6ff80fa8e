import { sql } from "kysely";

/** Milliseconds since the Unix epoch by the database's clock, which all instances share whatever their own say. */
export const databaseNow = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::int8`;
