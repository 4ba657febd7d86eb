import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { installPackage } from "../../tools/package.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "windlass-readme-"));
let bitbucket: Emulator;

beforeAll(async () => {
  await installPackage(folder);
  bitbucket = await createEmulator({ autoApprove: "johndoe" });
}, 300_000);

afterAll(async () => {
  await bitbucket?.close();
  rmSync(folder, { recursive: true });
});

/** The README's code block behind the mark `<!-- run: NAME -->`. */
function block(name: string): string {
  const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
  const found = readme.split(`<!-- run: ${name} -->\n`)[1]?.match(/^```\w+\n(.*?)^```$/ms)?.[1];
  if (found === undefined) throw new Error(`The README has no block that is marked ${name}.`);
  return found;
}

test("the README's library example runs as it stands on the installed package", async () => {
  writeFileSync(join(folder, "library.mjs"), block("library.mjs"));
  const { stdout } = await run(process.execPath, ["library.mjs"], { cwd: folder });
  expect(stdout).toMatch(/^[0-9a-f-]{36} John Doe user@example\.com true\n$/);
});

test("the README's hand-made flow ends at the person", async () => {
  const [start, authorize = "", exchange = "", user = ""] = block("hand-made flow").split("\n");
  const [consumer] = bitbucket.consumers;
  const known = { ...process.env, KEY: consumer?.key, SECRET: consumer?.secret };
  const answer = async (command: string, more: Record<string, string | undefined> = {}) => {
    const here = command
      .replace("http://127.0.0.1:7990", bitbucket.urls.bitbucket)
      .replace("http://127.0.0.1:7991", bitbucket.urls.api);
    return (await run("bash", ["-c", here], { env: { ...known, ...more } })).stdout;
  };
  expect(start).toContain("emulate --auto-approve johndoe");
  const CODE = /[?&]code=([^&\s]+)/.exec(await answer(authorize))?.[1];
  const TOKEN = JSON.parse(await answer(exchange, { CODE })).access_token;
  expect(JSON.parse(await answer(user, { TOKEN }))).toMatchObject({
    username: "johndoe",
    display_name: "John Doe",
  });
});
