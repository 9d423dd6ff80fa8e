import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, rm, symlink, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** An empty project with the packed package in it. */
let project: string;
let tarball: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "latchkey-sdk-"));
  await rm(join(root, "sdk/dist"), { recursive: true, force: true });
  await run("npm", ["run", "build"], { cwd: join(root, "sdk") });
  await run("npm", ["pack", "--pack-destination", project], { cwd: join(root, "sdk") });
  const file = (await readdir(project)).find((name) => name.endsWith(".tgz"));
  if (file === undefined) throw new Error("npm pack made no tarball");
  tarball = join(project, file);
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "bot", private: true, type: "module" }));
  // The peer comes from this repository, so that nothing is downloaded; the package itself is installed by npm.
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", "--legacy-peer-deps", tarball], {
    cwd: project,
  });
  await mkdir(join(project, "node_modules"), { recursive: true });
  await symlink(join(root, "node_modules/viem"), join(project, "node_modules/viem"));
  await cp(join(root, "examples/bot"), project, { recursive: true });
}, 120_000);

afterAll(() => rm(project, { recursive: true, force: true }));

/** Output and exit code of a program that may fail. */
function runToEnd(command: string, args: string[], env = process.env): Promise<{ code: unknown; stdout: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: project, env }, (error, stdout) => resolve({ code: error?.code ?? 0, stdout }));
  });
}

async function runBot(env: Record<string, string>): Promise<{ code: unknown; line: unknown }> {
  const { code, stdout } = await runToEnd("node", ["bot.ts", "--json"], { PATH: process.env["PATH"], ...env });
  return { code, line: JSON.parse(stdout) };
}

const settings = {
  RELAYER_URL: "http://127.0.0.1:54321",
  CHAIN_ID: "31337",
  MANAGER_ADDRESS: `0x${"11".repeat(20)}`,
  SESSION_ID: `0x${"22".repeat(32)}`,
  SESSION_KEY: `0x${"33".repeat(32)}`,
  ROUTER: `0x${"44".repeat(20)}`,
  TOKEN_IN: `0x${"55".repeat(20)}`,
  TOKEN_OUT: `0x${"66".repeat(20)}`,
  POOL_FEE: "500",
};

it("contains what is needed and nothing else", { timeout: 60_000 }, async () => {
  const { stdout } = await run("tar", ["-tzf", tarball]);
  const files = stdout.trim().split("\n");
  expect(files).toContain("package/README.md");
  expect(files).toContain("package/dist/index.js");
  expect(files).toContain("package/dist/index.d.ts");
  expect(
    files.filter((file) => !/^package\/(package\.json|README\.md|LICENSE|dist\/.*\.(js|d\.ts))$/.test(file)),
  ).toEqual([]);
});

it("passes publint", { timeout: 60_000 }, async () => {
  const { stdout } = await run("npx", ["publint", tarball, "--strict"], { cwd: root });
  expect(stdout).toContain("All good");
});

it("imports from an empty project, with its types", { timeout: 60_000 }, async () => {
  await writeFile(
    join(project, "check.ts"),
    `import { describe, hashSession, type Session } from "@latchkey/sdk";
const names: [string, string] = [typeof describe, typeof hashSession];
export const account = (session: Session): string => session.account;
console.info(names.join(" "));
`,
  );
  const { stdout } = await run("node", ["check.ts"], { cwd: project });
  expect(stdout).toBe("function function\n");
  const compilerOptions = { strict: true, noEmit: true, module: "nodenext", target: "es2024", types: [] };
  await writeFile(
    join(project, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { ...compilerOptions, lib: ["es2024", "dom"], skipLibCheck: true },
      files: ["check.ts"],
    }),
  );
  expect(await runToEnd(join(root, "node_modules/.bin/tsc"), ["-p", project])).toEqual({ code: 0, stdout: "" });
});

it("runs the example bot, which says clearly that the relayer does not answer", { timeout: 60_000 }, async () => {
  const { code, line } = await runBot(settings);
  expect(line).toHaveProperty("event", "error");
  expect(line).toHaveProperty(
    "message",
    expect.stringMatching(/^The relayer at \S+:54321 does not answer: .*ECONNREFUSED/),
  );
  expect(code).toBe(1);
});

it("runs the example bot, which names what is missing", { timeout: 60_000 }, async () => {
  const { code, line } = await runBot({ ...settings, SESSION_KEY: "secret" });
  expect(line).toEqual({ event: "error", message: "SESSION_KEY is not hex" });
  expect(code).toBe(1);
});
