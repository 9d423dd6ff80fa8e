/**
 * Installs the project's packages if they are missing or differ from package-lock.json, then makes sure that a Node.js
 * new enough runs the rest. Runs before `npm start` and `npm test`, so it is plain JavaScript for Node 20.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const nodeMajorMin = 24;
const root = fileURLToPath(new URL("..", import.meta.url));
const bundledNode = join(root, "node_modules", ".bin", "node");

function readPackages(path) {
  const file = join(root, path);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : undefined;
}

/** The first package that is not installed as the lockfile says, or `undefined`. Optional ones vary by platform. */
function findDifference() {
  const installed = readPackages("node_modules/.package-lock.json");
  if (!installed) return "node_modules is missing";
  for (const [path, entry] of Object.entries(readPackages("package-lock.json"))) {
    if (!path.startsWith("node_modules/") || entry.optional || entry.devOptional) continue;
    const found = installed[path];
    if (!found) return `${path} is missing`;
    if (found.version !== entry.version) return `${path} is ${found.version}, not ${entry.version}`;
  }
  return undefined;
}

function install() {
  const npm = process.env.npm_execpath
    ? [process.execPath, process.env.npm_execpath]
    : [process.platform === "win32" ? "npm.cmd" : "npm"];
  const startedAt = Date.now();
  const child = spawn(npm[0], [...npm.slice(1), "ci", "--loglevel=error"], { cwd: root, stdio: "inherit" });
  const timer = setInterval(() => {
    console.log(`  still installing … ${Math.round((Date.now() - startedAt) / 1000)} s`);
  }, 10_000);
  return new Promise((resolve) => {
    const finish = (code) => {
      clearInterval(timer);
      resolve(code);
    };
    child.on("error", (error) => {
      console.error(`Could not run npm: ${error.message}`);
      finish(1);
    });
    child.on("exit", (code) => finish(code ?? 1));
  });
}

/** The major version of the Node.js that npm scripts get: the bundled one on Linux, otherwise this one. */
function nodeMajor() {
  if (existsSync(bundledNode)) {
    const { status, stdout } = spawnSync(bundledNode, ["--version"], { encoding: "utf8" });
    if (status === 0) return Number.parseInt(stdout.slice(1), 10);
  }
  return Number.parseInt(process.versions.node, 10);
}

const difference = findDifference();
if (difference) {
  console.log(`Installing the project's packages with \`npm ci\` (${difference}); about a minute, once.`);
  const code = await install();
  if (code !== 0) {
    console.error("`npm ci` failed; the lines above say why. Run it again by hand once that is mended.");
    process.exit(1);
  }
}
if (nodeMajor() < nodeMajorMin) {
  console.error(
    `Latchkey needs Node.js ${nodeMajorMin} or newer; this is ${process.version}. On Linux (x64, arm64) the install ` +
      "brings it along unless optional packages are left out; on other systems get it from https://nodejs.org.",
  );
  process.exit(1);
}
