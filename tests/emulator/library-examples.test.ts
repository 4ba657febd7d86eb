/** The examples of testing against the emulator, run as their readers run them. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
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

test("what docs/emulator.md shows in TypeScript does what it says", async () => {
  const page = readFileSync(join(root, "docs/emulator.md"), "utf8");
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const folder = mkdtempSync(join(tmpdir(), "windlass-docs-"));
  const library = pathToFileURL(join(root, "src/emulator/index.ts")).href;
  try {
    for (const [at, code] of blocks.entries()) {
      const own = code.replace('"windlass/emulator"', `"${library}"`).replace('"../my-service"', `"${root}"`);
      const file = join(folder, `${at}.mts`);
      writeFileSync(file, `${own}\nawait emulator.close();\n`);
      await run(process.execPath, [file], { cwd: root, env });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(blocks.length).toBeGreaterThanOrEqual(2);
});
