import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Ids of the probes that were hit, from what Hardhat's collector left in `projectFolder`. */
export function readHits(projectFolder: string): Set<number> {
  const folder = join(projectFolder, "coverage", "data", "solidity");
  const hits = new Set<number>();
  for (const file of readdirSync(folder)) {
    // Counts by probe id, as 32 bytes in hex.
    const counts = JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, number>;
    for (const tag of Object.keys(counts)) hits.add(Number.parseInt(tag, 16));
  }
  return hits;
}
