/**
 * Outlives the process that started it just long enough to end what that process left behind: it reads process-group
 * ids from its input, one a line (`+id` while it runs, `-id` once it is gone), and kills those still named when the
 * input closes, which it does however the other process ended.
 */
import { createInterface } from "node:readline";

const groups = new Set();
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const id = Number(line.slice(1));
  if (line.startsWith("+")) groups.add(id);
  else groups.delete(id);
}
for (const id of groups) {
  try {
    process.kill(-id, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
