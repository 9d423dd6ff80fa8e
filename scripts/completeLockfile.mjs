/**
 * Completes package-lock.json after a dependency change, so that `npm ci` passes on every platform and on Node 20:
 *
 * - a registry that lacks a package's builds for other platforms makes npm write a lockfile without them, and `npm ci`
 *   then refuses it; each missing build gets an entry (without an integrity hash: see CONTRIBUTING.md);
 * - npm on Node 20 drops optional builds whose `engines.node` is newer, though the Node 24 that comes with the install
 *   runs them; that field goes;
 * - `resolved` addresses of a registry go, so that the lockfile serves every mirror.
 *
 * `--check` changes nothing and fails if something is missing. Plain JavaScript: it runs on whatever Node is there.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const lockfilePath = fileURLToPath(new URL("../package-lock.json", import.meta.url));

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = {
  amd64: "x64",
  arm: "arm",
  arm64: "arm64",
  armv7: "arm",
  ia32: "ia32",
  loong64: "loong64",
  mips64el: "mips64el",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  wasm32: "wasm32",
  x64: "x64",
};
const libraries = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

/** The platform a package's name speaks of: `@x/edr-linux-x64-musl` → linux, x64, musl. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const system = words.find((word) => systems.includes(word));
  const cpu = words.map((word) => processors[word]).find((word) => word !== undefined);
  const library = words.map((word) => libraries[word]).find((word) => word !== undefined);
  return {
    ...(system ? { os: [system] } : {}),
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(library && system === "linux" ? { libc: [library] } : {}),
  };
}

/** Whether the package at `path` finds `name` in a `node_modules` of its own or of a folder above it. */
function isResolved(packages, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules") - 1))) {
    if (packages[`${folder === "" ? "" : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === "") return false;
    if (!folder.includes("node_modules")) folder = "";
  }
}

function complete(lockfile) {
  const faults = [];
  const packages = { ...lockfile.packages };
  for (const [path, entry] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isResolved(packages, path, name)) continue;
      const { os, cpu, libc } = platformOf(name);
      if (!os && !cpu) continue;
      faults.push(`${name}@${version} has no entry`);
      packages[`node_modules/${name}`] = {
        version,
        ...(cpu ? { cpu } : {}),
        ...(entry.dev ? { dev: true } : {}),
        ...(libc ? { libc } : {}),
        optional: true,
        ...(os ? { os } : {}),
        ...(entry.peer ? { peer: true } : {}),
      };
    }
  }
  for (const [path, entry] of Object.entries(packages)) {
    const isPlatformBuild = entry.optional && (entry.os || entry.cpu);
    if (isPlatformBuild && entry.engines?.node) {
      faults.push(`${path} states engines.node`);
      const { engines: _engines, ...rest } = entry;
      packages[path] = rest;
    }
    if (/^https?:/.test(entry.resolved ?? "")) {
      faults.push(`${path} names a registry`);
      const { resolved: _resolved, ...rest } = packages[path];
      packages[path] = rest;
    }
  }
  const sorted = Object.entries(packages).toSorted(([a], [b]) => a.localeCompare(b, "en"));
  return { faults, completed: { ...lockfile, packages: Object.fromEntries(sorted) } };
}

const { faults, completed } = complete(JSON.parse(readFileSync(lockfilePath, "utf8")));
if (faults.length === 0) {
  console.log("package-lock.json is complete.");
} else if (process.argv.includes("--check")) {
  console.error(`package-lock.json is incomplete; run \`npm run lockfile\`:\n  ${faults.join("\n  ")}`);
  process.exitCode = 1;
} else {
  writeFileSync(lockfilePath, `${JSON.stringify(completed, null, 2)}\n`);
  console.log(`Completed package-lock.json: ${faults.length} corrections.`);
}
