/** The examples of testing against the emulator, run as their readers run them. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
/** Neither runner may take itself for a part of this one. */
const env = { PATH: process.env.PATH, NO_COLOR: "1" };

test("examples/vitest passes", async () => {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--root", "examples/vitest"];
  const { stdout } = await run(process.execPath, args, { cwd: root, env });
  expect(stdout).toMatch(/^ *Tests +4 passed \(4\)$/m);
});

test("examples/node-test passes", async () => {
  const args = ["--test", "--test-reporter", "tap", "examples/node-test/app.test.ts"];
  const { stdout } = await run(process.execPath, args, { cwd: root, env });
  expect(stdout).toMatch(/^# pass 2$/m);
  expect(stdout).toMatch(/^# fail 0$/m);
});
