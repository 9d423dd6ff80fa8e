import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const source = new URL("../src/optimiseEarly.ts", import.meta.url).href;

/** The status of a function that has been called `calls` times, a turn of the event loop at a time, as V8 tells it. */
function run(calls: number, isEarly: boolean) {
  const script = `
    ${isEarly ? `(await import(${JSON.stringify(source)})).optimiseEarly();` : ""}
    let sum = 0;
    function hot(value) {
      for (let bit = 0; bit < 16; bit += 1) sum += (value >> bit) & 1;
      return sum;
    }
    for (let call = 0; call < ${calls}; call += 1) {
      hot(call);
      if (call % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const byTurboFan = 1 << 6;
    console.log((%GetOptimizationStatus(hot) & byTurboFan) !== 0);`;
  const args = ["--allow-natives-syntax", "--input-type=module", "--eval", script];
  return spawnSync(process.execPath, args, { encoding: "utf8" });
}

test("this Node knows every flag: V8 would only complain on its error output", () => {
  const { status, stderr } = run(1, true);
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test("what ran some hundred times is compiled, which by itself it is not", () => {
  expect(run(1_500, true).stdout.trim()).toBe("true");
  expect(run(1_500, false).stdout.trim()).toBe("false");
});
