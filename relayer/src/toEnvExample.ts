import type { VariableText } from "./aboutVariable.ts";
import { configSchema } from "./configSchema.ts";

/** The text of `.env.example`: every variable with what it means, its default or an example. */
export function toEnvExample(): string {
  const groups = new Map<string, string[]>();
  for (const [name, schema] of Object.entries(configSchema.shape)) {
    const { group, text, example } = schema.meta() as VariableText;
    const lines = text === "" ? [] : [`# ${text}`];
    const value = example ?? toFallback(schema);
    // What must be set and what has a default stands as it is; the rest is for whoever wants it.
    lines.push(`${group === "Required" || example === undefined ? "" : "# "}${name}=${value}`);
    groups.set(group, [...(groups.get(group) ?? []), ...lines]);
  }
  return [...groups].map(([group, lines]) => `## ${group}\n${lines.join("\n")}\n`).join("\n");
}

/** A schema's default as one would write it. */
function toFallback(schema: { safeParse: (value: undefined) => { success: boolean; data?: unknown } }): string {
  const { data } = schema.safeParse(undefined);
  if (Array.isArray(data)) return data.join(",");
  if (typeof data === "string" || typeof data === "number" || typeof data === "bigint") return data.toString();
  throw new TypeError("A variable with neither example nor default");
}
