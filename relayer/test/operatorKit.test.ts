import { readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../../scripts/root.ts";
import { configSchema } from "../src/configSchema.ts";
import { createMetrics } from "../src/observability/createMetrics.ts";
import { stageNames } from "../src/observability/stages.ts";
import { problemKinds } from "../src/problem.ts";

const read = (name: string): Promise<string> => readFile(join(root, "relayer/deploy", name), "utf8");

test.each(["alerts.yml", "grafana-dashboard.json"])(
  "%s asks only for metrics and labels that there are",
  async (name) => {
    const text = await read(name);
    const metrics = await createMetrics().toText();
    const known = new Set([...metrics.matchAll(/^# TYPE (\w+) /gm)].map(([, metric]) => metric));
    const asked = [...text.matchAll(/\b(?:latchkey|nodejs)_[a-z_]+/g)].map(([metric]) =>
      metric.replace(/_(bucket|count|sum)$/, ""),
    );
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((metric) => !known.has(metric))).toEqual([]);
    const codes = [...text.matchAll(/code=\\?"([a-z-]+)\\?"/g)].map(([, code = ""]) => code);
    expect(codes.filter((code) => !(code in problemKinds))).toEqual([]);
    const stages = [...text.matchAll(/stage=\\?"([a-z-]+)\\?"/g)].map(([, stage = ""]) => stage);
    expect(stages.filter((stage) => !stageNames.some((each) => each === stage))).toEqual([]);
  },
);

test("every alert has its heading in the operations guide", async () => {
  const guide = await readFile(join(root, "docs/operations.md"), "utf8");
  const alerts = [...(await read("alerts.yml")).matchAll(/- alert: (\w+)/g)].map(([, alert = ""]) => alert);
  expect(alerts.length).toBeGreaterThan(5);
  expect(alerts.filter((alert) => !guide.includes(`**${alert}**`))).toEqual([]);
});

test("the dashboard is one", async () => {
  const dashboard = JSON.parse(await read("grafana-dashboard.json")) as {
    panels: { id: number; targets: unknown[] }[];
  };
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  expect(dashboard.panels.every(({ targets }) => targets.length > 0)).toBe(true);
});

test.each(["Dockerfile", "compose.yaml", "latchkey-relayer.service"])(
  "%s starts files and sets variables that there are",
  async (name) => {
    const text = await read(name);
    const paths = [...text.matchAll(/\b(?:relayer|sdk|docs)\/[\w./-]+/g)].map(([path]) => path);
    const ofRepository = paths.filter((path) => !path.endsWith("relayer/.env") && !path.endsWith("relayer.env"));
    expect(ofRepository.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const variables = [...text.matchAll(/^\s*(?:ENV |Environment=)?((?:[A-Z][A-Z_]+)(?==|:\s))/gm)].map(
      ([, variable = ""]) => variable,
    );
    const others = ["NODE_ENV", "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"];
    expect(variables.filter((variable) => !(variable in configSchema.shape) && !others.includes(variable))).toEqual([]);
  },
);

test.each(["Dockerfile", "compose.yaml"])("%s says that it has not been run", async (name) => {
  expect(await read(name)).toMatch(/^# NOT RUN/);
});
