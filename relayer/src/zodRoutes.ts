import type { FastifyInstance, FastifySchema, FastifyTypeProvider } from "fastify";
import { z } from "zod";
import { ProblemError } from "./problem.ts";

/** Types of a request from the zod schemas of its route. */
export interface ZodTypes extends FastifyTypeProvider {
  validator: this["schema"] extends z.ZodType ? z.output<this["schema"]> : unknown;
  serializer: this["schema"] extends z.ZodType ? z.input<this["schema"]> : unknown;
}

/** Lets routes say in zod what they take and answer. */
export function addZod(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema, httpPart = "body" }) => {
    const parser = toZod(schema);
    return (data) => {
      const parsed = parser.safeParse(data);
      return parsed.success ? { value: parsed.data } : { error: toProblem(parsed.error, httpPart) };
    };
  });
  app.setSerializerCompiler(({ schema }) => {
    const parser = toZod(schema);
    return (data) => JSON.stringify(parser.parse(data));
  });
}

function toProblem(error: z.ZodError, part: string): ProblemError {
  const errors = error.issues.map(({ path, message }) => ({ path: [part, ...path.map(String)].join("."), message }));
  const [first] = errors;
  return new ProblemError("body-invalid", first ? `${first.path}: ${first.message}` : "Invalid", { errors });
}

type OpenApiTransform = (route: { schema: FastifySchema; url: string }) => { schema: FastifySchema; url: string };

/** The routes' schemas as JSON Schema 2020-12, which OpenAPI 3.1 is. */
export const toOpenApi: OpenApiTransform = ({ schema, url }) => {
  // Routes without schemas arrive here too.
  const { body, params, querystring, response, ...rest } = schema ?? { hide: true };
  return {
    url,
    schema: {
      ...rest,
      ...(body !== undefined && { body: toJsonSchema(body, "input") }),
      ...(params !== undefined && { params: toJsonSchema(params, "input") }),
      ...(querystring !== undefined && { querystring: toJsonSchema(querystring, "input") }),
      ...(response !== undefined && {
        response: Object.fromEntries(
          Object.entries(response as Record<string, unknown>).map(([status, answer]) => [
            status,
            isRefusal(status)
              ? {
                  description: "Refused, as an RFC 9457 problem",
                  content: { "application/problem+json": { schema: toJsonSchema(answer, "output") } },
                }
              : { description: "Answered", ...toJsonSchema(answer, "output") },
          ]),
        ),
      }),
    },
  };
};

function isRefusal(status: string): boolean {
  return /^[45]xx$/i.test(status);
}

function toJsonSchema(schema: unknown, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(toZod(schema), { io, unrepresentable: "any" });
  return json;
}

function toZod(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new TypeError("A route's schema is not one of zod");
}
