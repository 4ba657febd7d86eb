import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import pg from "pg";
import { expect, test } from "vitest";

test("the server of the tests ends with the one who asked for it, even one who was killed", async () => {
  const program = new URL("postgres-owner.ts", import.meta.url).pathname;
  const script = `
    const { spawn } = await import("node:child_process");
    const owner = spawn(process.execPath, [${JSON.stringify(program)}], { stdio: ["pipe", "pipe", "inherit"] });
    owner.stdout.pipe(process.stdout);
    setInterval(() => {}, 1000);`;
  const asker = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: asker.stdout }), "line");
  const { url } = JSON.parse(String(line)) as { url: string };
  const client = new pg.Client({ connectionString: `${url}/postgres` });
  await client.connect();
  // A client is told of the end of its server.
  const ended = once(client, "error");
  asker.kill("SIGKILL");
  await ended;
  const next = new pg.Client({ connectionString: `${url}/postgres` });
  await expect(next.connect()).rejects.toThrow();
});
